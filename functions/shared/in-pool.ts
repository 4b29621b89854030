/** The results of a task for each item, in their order, with at most `size` of them under way at once. */
export const inPool = async <T, R>(
  size: number,
  items: readonly T[],
  task: (item: T) => Promise<R>,
): Promise<(R | undefined)[]> => {
  const results = Array.from<R | undefined>({ length: items.length });
  const rest = items.entries();
  const worker = async () => {
    for (const [i, item] of rest) results[i] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(size, items.length) }, worker));
  return results;
};
