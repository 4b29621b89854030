import type { Pairing, PairingIn } from '../shared/directory/index.ts';
import type { Rule } from './context.ts';
import { decidable, refusal } from './pairing-state.ts';

/**
 * The phone refuses the companion that it scanned: the code is dead, and the companion is told. A repeat tells it
 * again, since whoever heard no answer cannot know whether anybody was told.
 */
export const deny: Rule<'pairing.deny'> = async (context, { account }, { pairing }) => {
  const { directory, sockets, platform, telemetry } = context;
  const by = { account, now: platform.now() };
  const isDenied = (found: Pairing | undefined): found is PairingIn<'denied'> =>
    found?.state === 'denied' && found.account === account;
  const tell = async ({ connection }: PairingIn<'denied'>) => {
    await sockets.notify(connection, 'pairing.denied', { pairing });
    return {};
  };

  const found = await directory.pairing(pairing);
  if (isDenied(found)) return tell(found);
  const denied = await directory.denyPairing(decidable(found, by), by.now);
  if (denied !== undefined) {
    telemetry.tally('Pairings', 'denied');
    return tell(denied);
  }
  const changed = await directory.pairing(pairing);
  if (isDenied(changed)) return tell(changed);
  throw refusal(changed, by);
};
