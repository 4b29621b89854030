import type { Clock } from '../clock.ts';

export type Deadlines<T> = {
  /** Gives an item the whole period, from now. */
  restart: (item: T) => void;
  remove: (item: T) => void;
  [Symbol.dispose]: () => void;
};

/**
 * One timer for any number of items that all have the same time to live. A Map keeps the order of insertion, so the
 * first item is always the next to expire, and an idle connection costs one entry instead of a timer.
 */
export const createDeadlines = <T>({
  clock,
  period,
  expired,
}: {
  clock: Clock;
  period: number;
  expired: (item: T) => void;
}): Deadlines<T> => {
  const due = new Map<T, number>();
  let cancel: (() => void) | undefined;

  const arm = () => {
    const [first] = due.values();
    cancel = first === undefined ? undefined : clock.after(Math.max(0, first - clock.now()), sweep);
  };

  const sweep = () => {
    const now = clock.now();
    for (const [item, at] of due) {
      if (at > now) break;
      due.delete(item);
      expired(item);
    }
    arm();
  };

  return {
    restart(item) {
      due.delete(item);
      due.set(item, clock.now() + period);
      if (cancel === undefined) arm();
    },
    remove(item) {
      due.delete(item);
    },
    [Symbol.dispose]() {
      due.clear();
      cancel?.();
      cancel = undefined;
    },
  };
};
