import { collectStatement, TandemError } from '#protocol';
import type { Rule } from './context.ts';
import { stateAt } from './pairing-state.ts';
import { proven } from './proven.ts';

/** A companion asks what became of its pairing; from now on it is told at this connection. */
export const collect: Rule<'pairing.collect'> = async (context, caller, params) => {
  const { directory, platform, telemetry } = context;
  const { pairing } = await proven(context, params, collectStatement);
  const bound = await directory.rebindPairing(pairing, caller.connection);
  if (bound === undefined) throw new TandemError('pairing_unknown');
  const state = stateAt(bound, platform.now());
  if (state === 'expired') telemetry.tally('Pairings', 'expired');
  if (bound.state !== 'approved' || state !== 'approved') return { state };
  return { state, sealed: bound.sealed, deviceList: bound.deviceList };
};
