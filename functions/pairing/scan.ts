import { limits } from '#protocol';
import type { Rule } from './context.ts';
import { decidable } from './pairing-state.ts';
import { sameNetwork } from './same-network.ts';

/** The phone has read a code: from now on it alone decides, and the companion shows that it should. */
export const scan: Rule<'pairing.scan'> = async ({ directory, sockets, platform }, caller, { pairing }) => {
  const { account } = caller;
  const now = platform.now();
  const first = await directory.scanPairing(pairing, { account, now, decideBy: now + limits.pairingDecision });
  const scanned = decidable(await directory.pairing(pairing), { account, now });
  if (first) await sockets.notify(scanned.connection, 'pairing.scanned', { pairing, decideBy: scanned.decideBy });

  const { deviceKey, decideBy, label, userAgent, sourceIp } = scanned;
  const companion = { label, userAgent, address: sourceIp, sameNetwork: sameNetwork(sourceIp, caller.sourceIp) };
  return { deviceKey, decideBy, companion };
};
