import type { Platform } from '../../../client/platform.ts';

/** Time that passes only when a test says so; what is due at once is done at once, as on any clock. */
const manualClock = (start = 1_800_000_000_000) => {
  let now = start;
  const timers = new Set<{ at: number; callback: () => void }>();

  const after = (delay: number, callback: () => void) => {
    if (delay <= 0) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    const timer = { at: now + delay, callback };
    timers.add(timer);
    return () => void timers.delete(timer);
  };

  const advance = (time: number) => {
    const end = now + time;
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers.delete(next);
      now = next.at;
      next.callback();
    }
    now = end;
  };

  return { now: () => now, after, advance };
};

/** A platform whose retries do not wait: half of every test's patience is spared, none of what it shows. */
export const manualPlatform = (random: () => number = () => 0) => {
  const clock = manualClock();
  return { clock, random } satisfies Platform & { clock: ReturnType<typeof manualClock> };
};
