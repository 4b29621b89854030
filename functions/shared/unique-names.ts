/** The members that a JSON value has as read, its own and those within. */
const membersOf = (value: unknown): number => {
  let count = 0;
  // Not by recursion: a frame may nest as deeply as it is long.
  for (const pending = [value]; pending.length > 0; ) {
    const one = pending.pop();
    if (typeof one !== 'object' || one === null) continue;
    const within: unknown[] = Object.values(one);
    if (!Array.isArray(one)) count += within.length;
    for (const each of within) pending.push(each);
  }
  return count;
};

/** The members that a JSON text writes down: every string that a colon follows. */
const membersIn = (text: string): number =>
  [...text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;

/**
 * Whether no object in a JSON text names a member twice; `value` is what the text was parsed to. Readers differ in
 * which of two they take (RFC 8259 §4), so what was checked by one would mean something else to another.
 */
export const hasUniqueNames = (text: string, value: unknown): boolean => membersIn(text) === membersOf(value);
