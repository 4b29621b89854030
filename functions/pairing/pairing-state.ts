import type { ErrorCode, PairingState } from '#protocol';
import { TandemError } from '#protocol';
import type { Pairing, PairingIn } from '../shared/directory/index.ts';

/** The state of a stored pairing at this time: an open one that nobody scanned or decided on has expired. */
export const stateAt = (pairing: Pairing, now: number): PairingState => {
  switch (pairing.state) {
    case 'opened':
      return pairing.expiresAt > now ? 'opened' : 'expired';
    case 'scanned':
      return pairing.decideBy > now ? 'scanned' : 'expired';
    case 'approved':
      return pairing.collectBy > now ? 'approved' : 'expired';
    case 'denied':
    case 'cancelled':
      return pairing.state;
  }
};

const refusals: Record<PairingState, ErrorCode> = {
  opened: 'pairing_unscanned',
  scanned: 'pairing_taken',
  approved: 'pairing_approved',
  denied: 'pairing_denied',
  expired: 'pairing_expired',
  cancelled: 'pairing_cancelled',
};

/** Why a phone cannot have this pairing. A code that any phone has scanned is taken, whatever became of it. */
export const refusal = (
  pairing: Pairing | undefined,
  { account, now }: { account: string; now: number },
): TandemError => {
  if (pairing === undefined) return new TandemError('pairing_unknown');
  const holder = 'account' in pairing ? pairing.account : undefined;
  if (holder !== undefined && holder !== account) return new TandemError('pairing_taken');
  return new TandemError(refusals[stateAt(pairing, now)]);
};

/** The pairing, when this account has scanned it and may still decide. @throws why not */
export const decidable = (pairing: Pairing | undefined, by: { account: string; now: number }): PairingIn<'scanned'> => {
  const mine = pairing?.state === 'scanned' && pairing.account === by.account && pairing.decideBy > by.now;
  if (!mine) throw refusal(pairing, by);
  return pairing;
};
