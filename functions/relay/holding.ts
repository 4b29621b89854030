import { limits } from '#protocol';
import type { Holding } from '../shared/directory/index.ts';

/**
 * What an estimate has come to by now: envelopes expire, so one that nothing is known of any more fades away. With a
 * steady stream of mail that nobody fetches it settles at what 30 days bring, which is what the mailbox then holds.
 */
export const heldNow = ({ envelopes, bytes, at }: Holding, now: number): Holding => {
  const left = Math.exp(-Math.max(0, now - at) / limits.envelopeLife);
  return { envelopes: envelopes * left, bytes: bytes * left, at: now };
};

/** With some more. */
export const withMore = (held: Holding, envelopes: number, bytes: number): Holding => ({
  ...held,
  envelopes: held.envelopes + envelopes,
  bytes: held.bytes + bytes,
});

/** With some fewer, which nobody knows the size of: as large as the others. Never less than nothing. */
export const withFewer = (held: Holding, envelopes: number): Holding => {
  const left = held.envelopes <= envelopes ? 0 : 1 - envelopes / held.envelopes;
  return { ...held, envelopes: held.envelopes * left, bytes: held.bytes * left };
};
