import { type Clock, systemClock } from './clock.ts';

/** A clock that tests and tools move. */
export type MovableClock = Clock & {
  /**
   * Moves the time on by so many milliseconds, after the moves before. What falls due on the way, also what is only set
   * there, fires in order and each at its own time; whoever waited for it then goes on until it waits for more than
   * promises: what is under way to the engine or in a function is not awaited. Rejects with what a timer throws, and with
   * a RangeError for a time that is past.
   */
  advance: (milliseconds: number) => Promise<void>;
  /** How many timers are set. */
  timers: () => number;
};

/** Stands still between its moves, from a time in milliseconds since 1970; only what is due already fires unmoved. */
export const standingClock = (start = Date.now()): MovableClock => createClock({ start, runs: false });

/** Runs on with real time between its moves, from a time in milliseconds since 1970. */
export const runningClock = (start = Date.now()): MovableClock => createClock({ start, runs: true });

type Timer = { due: number; callback: () => void };

/** The machine's timers count in 32 bits, some 24 days. */
const longestTimer = 24 * 3_600_000;

const createClock = ({ start, runs }: { start: number; runs: boolean }): MovableClock => {
  const timers = new Set<Timer>();
  // What it showed when it was last set, and when that was: elapsed time is monotonic, the machine's date is not.
  let shown = start;
  let setAt = performance.now();
  let cancelWake: (() => void) | undefined;
  let moving = Promise.resolve();

  const now = () => (runs ? Math.floor(shown + performance.now() - setAt) : shown);
  const set = (time: number) => {
    shown = time;
    setAt = performance.now();
  };
  const fire = (timer: Timer) => {
    timers.delete(timer);
    timer.callback();
  };

  /** Leaves to real time what it brings about without a move. */
  const arm = () => {
    cancelWake?.();
    const next = earliest(timers);
    if (next === undefined) return;
    const wait = Math.max(0, next.due - now());
    if (runs || wait === 0) cancelWake = systemClock.after(Math.min(wait, longestTimer), wake);
  };
  const wake = () => {
    const time = now();
    const due = [...timers].filter((timer) => timer.due <= time).toSorted((one, other) => one.due - other.due);
    try {
      // One may have cancelled another.
      for (const timer of due) if (timers.has(timer)) fire(timer);
    } finally {
      arm();
    }
  };

  const move = async (milliseconds: number): Promise<void> => {
    const end = now() + milliseconds;
    try {
      for (;;) {
        await turn();
        const next = earliest(timers);
        if (next === undefined || next.due > end) break;
        set(Math.max(now(), next.due));
        fire(next);
      }
      set(Math.max(now(), end));
    } finally {
      arm();
    }
  };

  return {
    now,
    after: (delay, callback) => {
      const timer = { due: now() + delay, callback };
      timers.add(timer);
      arm();
      return () => void timers.delete(timer);
    },
    advance: async (milliseconds) => {
      if (!Number.isFinite(milliseconds) || milliseconds < 0) {
        throw new RangeError(`A clock moves by 0 milliseconds or more, not by ${milliseconds}: time does not go back.`);
      }
      const moved = moving.then(() => move(milliseconds));
      moving = moved.catch(() => undefined);
      await moved;
    },
    timers: () => timers.size,
  };
};

/** Of those due at the same time, the one that was set first. */
const earliest = (timers: Iterable<Timer>): Timer | undefined => {
  let found: Timer | undefined;
  for (const timer of timers) if (found === undefined || timer.due < found.due) found = timer;
  return found;
};

/** One turn of the event loop, in which all that waits for promises goes on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
