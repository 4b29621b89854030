import { limits } from '#protocol';
import { sameNetwork } from '../shared/network.ts';
import type { Rule } from './context.ts';
import { decidable } from './pairing-state.ts';

/** The phone has read a code: from now on it alone decides, and the companion shows that it should. */
export const scan: Rule<'pairing.scan'> = async ({ directory, sockets, platform }, caller, { pairing }) => {
  const { account } = caller;
  const now = platform.now();
  const first = await directory.scanPairing(pairing, { account, now, decideBy: now + limits.pairingDecision });
  const scanned = decidable(first ?? (await directory.pairing(pairing)), { account, now });
  const { deviceKey, decideBy, label, userAgent, sourceIp, connection } = scanned;
  // A repeat tells it again: whoever heard no answer cannot know whether the companion was told.
  await sockets.notify(connection, 'pairing.scanned', { pairing, decideBy });

  const companion = { label, userAgent, address: sourceIp, sameNetwork: sameNetwork(sourceIp, caller.sourceIp) };
  return { deviceKey, decideBy, companion };
};
