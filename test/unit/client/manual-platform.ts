import type { Platform } from '../../../client/platform.ts';
import { standingClock } from '../../../local/movable-clock.ts';

/** A standing clock that tells when something is due. */
const manualClock = () => {
  const clock = standingClock(1_800_000_000_000);
  const waiting = new Set<{ at: number }>();
  const after = (delay: number, callback: () => void) => {
    const timer = { at: clock.now() + delay };
    waiting.add(timer);
    const cancel = clock.after(delay, () => {
      waiting.delete(timer);
      callback();
    });
    return () => {
      waiting.delete(timer);
      cancel();
    };
  };
  return { ...clock, after, due: () => [...waiting].map(({ at }) => at) };
};

/** A platform whose retries do not wait: half of every test's patience is spared, none of what it shows. */
export const manualPlatform = (random: () => number = () => 0) => ({ clock: manualClock(), random }) satisfies Platform;
