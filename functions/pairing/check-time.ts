import { limits, TandemError } from '#protocol';

/** @throws `time_skewed`, with the server's time, when a statement was signed too long ago or ahead of time */
export const checkTime = (at: number, now: number): void => {
  if (Math.abs(at - now) > limits.statementSkew) throw new TandemError('time_skewed', { now });
};
