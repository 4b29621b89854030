const patterns = new Map<string, RegExp>();

/** Whether an IAM pattern (`*` any characters, `?` exactly one) matches the whole value. */
export const matches = (pattern: string, value: string): boolean => {
  const known = patterns.get(pattern);
  if (known !== undefined) return known.test(value);
  const compiled = compile(pattern);
  patterns.set(pattern, compiled);
  return compiled.test(value);
};

/** ARNs match component by component: a wildcard of one does not reach into the next, save in the last. */
export const arnMatches = (pattern: string, value: string): boolean => {
  const wanted = components(pattern);
  const given = components(value);
  return wanted.length === given.length && wanted.every((part, index) => matches(part, given[index] ?? ''));
};

const compile = (pattern: string): RegExp => {
  const literal = pattern.replaceAll(/[\\^$.+|(){}[\]]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 'su');
};

/** `arn`, partition, service, region, account, and the rest with all its colons. */
const components = (arn: string): string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};
