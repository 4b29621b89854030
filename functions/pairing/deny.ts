import type { Pairing } from '../shared/directory/index.ts';
import type { Rule } from './context.ts';
import { decidable, refusal } from './pairing-state.ts';

/** The phone refuses the companion that it scanned: the code is dead, and the companion is told. */
export const deny: Rule<'pairing.deny'> = async ({ directory, sockets, platform }, { account }, { pairing }) => {
  const by = { account, now: platform.now() };
  const isDenied = (found: Pairing | undefined) => found?.state === 'denied' && found.account === account;

  const found = await directory.pairing(pairing);
  if (isDenied(found)) return {};
  const scanned = decidable(found, by);
  if (await directory.denyPairing(scanned, by.now)) {
    await sockets.notify(scanned.connection, 'pairing.denied', { pairing });
    return {};
  }
  const changed = await directory.pairing(pairing);
  if (isDenied(changed)) return {};
  throw refusal(changed, by);
};
