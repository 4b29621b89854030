import { randomBytes } from 'node:crypto';
import { toBase64Url } from '#protocol';

/** What a rule may not take from the world by itself: the time in milliseconds since 1970, and randomness. */
export type Platform = {
  now: () => number;
  /** 128 random bits in base64url. */
  newId: () => string;
  /** From 0 up to 1, for what need not be unguessable. */
  random: () => number;
};

export const platform: Platform = {
  now: () => Date.now(),
  newId: () => toBase64Url(randomBytes(16)),
  random: () => Math.random(),
};
