import { collectStatement, TandemError, verify } from '#protocol';
import { checkTime } from './check-time.ts';
import type { Rule } from './context.ts';
import { stateAt } from './pairing-state.ts';

/** A companion asks what became of its pairing; from now on it is told at this connection. */
export const collect: Rule<'pairing.collect'> = async ({ directory, platform, host }, caller, params) => {
  const { pairing, at, signature } = params;
  const now = platform.now();
  checkTime(at, now);
  const found = await directory.pairing(pairing);
  if (found === undefined) throw new TandemError('pairing_unknown');
  if (!(await verify(found.deviceKey, signature, collectStatement(host, at, pairing)))) {
    throw new TandemError('signature_invalid');
  }

  const bound = await directory.rebindPairing(pairing, caller.connection);
  if (bound === undefined) throw new TandemError('pairing_unknown');
  const state = stateAt(bound, now);
  if (bound.state !== 'approved' || state !== 'approved') return { state };
  return { state, sealed: bound.sealed, deviceList: bound.deviceList };
};
