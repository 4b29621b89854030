import { cancelStatement, TandemError } from '#protocol';
import type { Rule } from './context.ts';
import { proven } from './proven.ts';

/** A companion withdraws its pairing; the phone that has scanned it is told. It comes too late for an approved one. */
export const cancel: Rule<'pairing.cancel'> = async (context, _, params) => {
  const { directory, sockets, telemetry } = context;
  const { pairing } = await proven(context, params, cancelStatement);
  const cancelled = await directory.cancelPairing(pairing);
  if (cancelled === undefined) {
    const { state } = await proven(context, params, cancelStatement);
    if (state === 'approved') throw new TandemError('pairing_approved');
    return {};
  }
  telemetry.tally('Pairings', 'cancelled');
  if (cancelled.account === undefined) return {};
  const self = await directory.account(cancelled.account);
  if (self === undefined || self === 'gone') return {};
  const phone = self.devices.get(self.list.primary)?.connection;
  if (phone !== undefined) await sockets.notify(phone.id, 'pairing.cancelled', { pairing });
  return {};
};
