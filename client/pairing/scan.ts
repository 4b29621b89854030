import type { PairingCode } from '#protocol';
import { changeList } from '../devices/change-list.ts';
import { listWith } from '../devices/make-list.ts';
import type { Primary } from '../devices/primary.ts';
import { ClientError } from '../errors.ts';
import { type Confirmation, checkConfirmation, type Offer, readCode } from './offer.ts';
import { sealProvisioning } from './provisioning.ts';

const link = async (code: PairingCode, primary: Primary): Promise<void> => {
  const { identityKey, connection, now } = primary;
  const { pairing, deviceKey } = code;
  await changeList(primary, {
    make: (current) => listWith(current, deviceKey, { identityKey, now: now() }),
    submit: async (deviceList) => {
      const sealed = await sealProvisioning({ identityKey: identityKey.x, device: deviceList.version }, code);
      await connection.call('pairing.approve', { pairing, deviceList, sealed });
    },
  });
};

/** Whether the companion takes its code back while this phone decides. */
const watch = (pairing: string, { connection }: Primary) => {
  const { promise: withdrawn, resolve } = Promise.withResolvers<void>();
  const state = { isWithdrawn: false };
  const stop = connection.onNotification('pairing.cancelled', ({ pairing: cancelled }) => {
    if (cancelled !== pairing) return;
    state.isWithdrawn = true;
    stop();
    resolve();
  });
  return { state, withdrawn, stop };
};

/** Claims the pairing of a code for this phone. @throws `code_mismatch`, the errors of {@link readCode}, `pairing_taken`, … */
export const scan = async (text: string, primary: Primary): Promise<Offer> => {
  const { account, connection } = primary;
  const code = readCode(text, account.endpoint);
  const { pairing } = code;
  const { state, withdrawn, stop } = watch(pairing, primary);

  const claim = async () => {
    const claimed = await connection.call('pairing.scan', { pairing });
    if (claimed.deviceKey === code.deviceKey) return claimed;
    await deny();
    throw new ClientError('code_mismatch');
  };
  const deny = async () => {
    await connection.call('pairing.deny', { pairing });
    stop();
  };
  try {
    const { companion, decideBy } = await claim();
    const approve = async (confirmation: Confirmation) => {
      if (state.isWithdrawn) throw new ClientError('pairing_cancelled');
      checkConfirmation(companion, confirmation);
      await link(code, primary);
      stop();
    };
    return { companion, decideBy, withdrawn, approve, deny };
  } catch (error) {
    stop();
    throw error;
  }
};
