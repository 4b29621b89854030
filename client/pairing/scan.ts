import type { PairingCode } from '#protocol';
import type { Account } from '../account.ts';
import type { Connection } from '../connection/connection.ts';
import { changeList } from '../devices/change-list.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import { listWith } from '../devices/make-list.ts';
import { ClientError } from '../errors.ts';
import type { SigningKey } from '../keys.ts';
import { type Confirmation, checkConfirmation, type Offer, readCode } from './offer.ts';
import { sealProvisioning } from './provisioning.ts';

/** What the primary decides with. */
export type Primary = {
  account: Account;
  identityKey: SigningKey;
  connection: Pick<Connection, 'call'>;
  lists: DeviceLists;
  /** The server's time. */
  now: () => number;
};

const link = async (code: PairingCode, { account, identityKey, connection, lists, now }: Primary): Promise<void> => {
  const { pairing, deviceKey } = code;
  await changeList({
    lists,
    account: account.account,
    make: (current) => listWith(current, deviceKey, { identityKey, now: now() }),
    submit: async (deviceList) => {
      const sealed = await sealProvisioning({ identityKey: identityKey.x, device: deviceList.version }, code);
      await connection.call('pairing.approve', { pairing, deviceList, sealed });
    },
  });
};

/** Claims the pairing of a code for this phone. @throws `code_mismatch`, the errors of {@link readCode}, `pairing_taken`, … */
export const scan = async (text: string, primary: Primary): Promise<Offer> => {
  const { account, connection } = primary;
  const code = readCode(text, account.endpoint);
  const { pairing } = code;
  const { companion, decideBy, deviceKey } = await connection.call('pairing.scan', { pairing });
  const deny = async () => {
    await connection.call('pairing.deny', { pairing });
  };
  if (deviceKey !== code.deviceKey) {
    await deny();
    throw new ClientError('code_mismatch');
  }
  const approve = async (confirmation: Confirmation) => {
    checkConfirmation(companion, confirmation);
    await link(code, primary);
  };
  return { companion, decideBy, approve, deny };
};
