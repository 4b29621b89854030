/** No function of the API runs that long, in milliseconds. */
const longest = 29_000;

/** Whether what a queue was asked for before a write has been written by now, or never will be. */
export const isSettled = (askedAt: number, now: number): boolean => now - askedAt > longest;
