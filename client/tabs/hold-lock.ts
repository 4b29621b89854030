import type { Locks } from './tabs.ts';

/** Lets go of a lock; resolves when it is free. */
export type Release = () => Promise<void>;

type Wanted = { name: string; ifAvailable?: true; signal?: AbortSignal };

/** Resolves when the lock is held; undefined when it is taken and only wanted `ifAvailable`. */
export const holdLock = (locks: Locks, { name, ...options }: Wanted): Promise<Release | undefined> =>
  new Promise((resolve, reject) => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const over = locks.request(name, options, (lock) => {
      if (lock === null) {
        resolve(undefined);
        return undefined;
      }
      resolve(async () => {
        letGo();
        await over;
      });
      return held;
    });
    over.catch(reject);
  });
