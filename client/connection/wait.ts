import type { Clock } from '../platform.ts';

/** Lets so many milliseconds pass, or fewer when the signal is raised meanwhile. */
export const wait = (delay: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delay, done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
