import { setTimeout as wait } from 'node:timers/promises';

/** How a load comes along: `over` as soon as the signal is aborted; `count` is told what was done, or was refused. */
export type Load = { endpoint: string; signal: AbortSignal; over: Promise<void>; count: (what: string) => void };

/**
 * Does something again and again, so many milliseconds after it was begun the last time, until the load is over. In a
 * troubled cloud some of it fails: that is counted by the name of the error, and done again. What hangs in the end, on a
 * dead connection, is not waited for.
 */
export const every = async (
  interval: number,
  { signal, over, count }: Load,
  act: () => Promise<void>,
): Promise<void> => {
  while (!signal.aborted) {
    const pause = wait(interval, undefined, { signal }).catch(() => undefined);
    await Promise.race([act().catch((error: unknown) => count(nameOf(error))), over]);
    await pause;
  }
};

const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
};
