/** The time of the local cloud, in milliseconds since 1970, and its timers; tests move it by hand. */
export type Clock = {
  now: () => number;
  /** Calls back once after a delay in milliseconds; returns what cancels it. */
  after: (delay: number, callback: () => void) => () => void;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
