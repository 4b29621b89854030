const base = 500;
const cap = 60_000;

/**
 * How long to wait after so many failures in a row, in milliseconds: anything between nothing and a bound that doubles
 * each time ("full jitter"), so that the clients of a cloud that went away do not come back all at once.
 */
export const backoff = (failures: number, random: () => number): number =>
  random() * Math.min(cap, base * 2 ** failures);
