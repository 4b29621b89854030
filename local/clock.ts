/** The time of the local cloud, in milliseconds since 1970, and its timers. */
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

/** How far a clock is ahead of this machine's date, in milliseconds; 0, and never nearly so, for the machine's own. */
export const leadOf = (clock: Clock): number => (clock === systemClock ? 0 : clock.now() - Date.now());

/** A clock's time as the HTTP header `Date`, by which the AWS SDK finds out whether its own clock is wrong. */
export const httpDate = (clock: Clock): string => new Date(clock.now()).toUTCString();
