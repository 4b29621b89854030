import { expect } from 'vitest';

/** Any string that fits the pattern, for `toEqual`; typed, where vitest's own is `any`. */
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** Any object that has at least these properties. */
export const containing = (properties: Record<string, unknown>): unknown => expect.objectContaining(properties);

/** The shape of the ids that the gateway makes. */
export const anId = matching(/^[\w-]{15}=$/);
