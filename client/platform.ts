import { findTabs, type Tabs } from './tabs/tabs.ts';

/** The time in milliseconds since 1970, and timers; tests move it by hand. */
export type Clock = {
  now: () => number;
  /** Calls back once after a delay in milliseconds; returns what cancels it. */
  after: (delay: number, callback: () => void) => () => void;
};

/** What the SDK may not take from the world by itself. */
export type Platform = {
  clock: Clock;
  /** From 0 up to 1, to spread retries; keys, secrets and ids always come from WebCrypto. */
  random: () => number;
  /** Left out, a session has its device to itself. */
  tabs?: Tabs | undefined;
};

export const platform: Platform = {
  clock: {
    now: () => Date.now(),
    after: (delay, callback) => {
      const timer = setTimeout(callback, delay);
      return () => clearTimeout(timer);
    },
  },
  random: () => Math.random(),
  tabs: findTabs(),
};

/** `length` bytes nobody can guess. */
export const randomBytes = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));
