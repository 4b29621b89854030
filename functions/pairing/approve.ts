import { TandemError } from '#protocol';
import { standing } from '../shared/caller.ts';
import { announce } from './announce.ts';
import type { Rule } from './context.ts';
import { decidable } from './pairing-state.ts';
import { isSameList, successor } from './successor.ts';

const attempts = 3;

/**
 * The phone links the companion: in one transaction the pairing is approved, the device list succeeded by exactly
 * the companion's key, and the device created. A repeat of an approval that was made answers the same, and tells all
 * again.
 */
export const approve: Rule<'pairing.approve'> = async (context, caller, params) => {
  const { directory, sockets, platform, telemetry } = context;
  const { pairing, deviceList, sealed } = params;
  const by = { account: caller.account, now: platform.now() };

  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await directory.pairing(pairing);
    const repeated =
      found?.state === 'approved' && found.account === caller.account && isSameList(found.deviceList, deviceList);
    if (repeated) {
      await Promise.all([
        sockets.notify(found.connection, 'pairing.approved', { pairing, sealed: found.sealed, deviceList }),
        announce(sockets, caller.self, { deviceList, by: caller.device }),
      ]);
      return { device: found.device };
    }

    const scanned = decidable(found, by);
    const self = attempt === 0 ? caller.self : standing(caller, await directory.account(caller.account));
    const succession = await successor(self, deviceList);
    if (succession.kind !== 'added' || succession.device.key !== scanned.deviceKey) {
      throw new TandemError('list_refused', { reason: 'it must add the scanned device and change nothing else' });
    }

    // False when the companion has moved to another connection meanwhile, the time is up, or another list came first.
    if (await directory.approvePairing(scanned, { deviceList, device: succession.device, sealed, now: by.now })) {
      telemetry.tally('Pairings', 'linked');
      await Promise.all([
        sockets.notify(scanned.connection, 'pairing.approved', { pairing, sealed, deviceList }),
        announce(sockets, self, { deviceList, by: caller.device }),
      ]);
      return { device: succession.device.id };
    }
  }
  throw new TandemError('unavailable');
};
