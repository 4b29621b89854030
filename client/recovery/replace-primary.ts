import { type DeviceList, deviceListHash, isSignedBy, judgeList, recoverStatement } from '#protocol';
import type { Account } from '../account.ts';
import type { Connection } from '../connection/connection.ts';
import { conflictingList } from '../devices/conflicting-list.ts';
import { firstList, listRecovered } from '../devices/make-list.ts';
import { ClientError } from '../errors.ts';
import { signWith } from '../keys.ts';
import type { Recovery } from './backup.ts';

type Options = {
  recovery: Recovery;
  self: Pick<Account, 'account' | 'endpoint' | 'deviceKey'>;
  guest: Pick<Connection, 'call'>;
  /** The server's time. */
  now: () => number;
};

/** Others may change the list meanwhile; nobody does so again and again. */
const attempts = 5;

/** Whether a list goes back behind the one that the backup remembers, or is of another branch. */
const isBehind = (list: DeviceList, { version, hash }: Recovery): boolean =>
  list.version < version ||
  (list.version === version && deviceListHash(list) !== hash) ||
  (list.version === version + 1 && list.previous !== hash);

const isPrimary = ({ primary, devices }: DeviceList, key: string): boolean =>
  devices.some((device) => device.id === primary && device.key === key);

/**
 * Puts this device in the place of the primary; the list that says so. Which list to build on, the server tells by its
 * refusal of one that names no device but this: nothing is signed that could bring an unlinked device back.
 * @throws ClientError: `list_conflict` or `signature_invalid` when the server does not show the account's current list
 */
export const replacePrimary = async ({ recovery, self, guest, now }: Options): Promise<DeviceList> => {
  const { account, deviceKey, endpoint } = self;
  const { identityKey } = recovery;
  const signer = () => ({ identityKey, now: now() });

  const ask = async (deviceList: DeviceList): Promise<DeviceList | undefined> => {
    const at = now();
    const signature = await signWith(identityKey, recoverStatement(new URL(endpoint).host, at, deviceList));
    try {
      const { device } = await guest.call('account.recover', { deviceList, at, signature });
      if (device === deviceList.primary && deviceList.version > 1) return undefined;
      throw new ClientError('answer_invalid', { details: 'account.recover' });
    } catch (error) {
      const current = conflictingList(error);
      if (current === undefined) throw error;
      if (await isSignedBy(account, current)) return current;
      throw new ClientError('signature_invalid', { details: `device list ${current.version} of ${account}` });
    }
  };

  let trusted: DeviceList | undefined;
  let next = await firstList(deviceKey.x, signer());
  for (let attempt = 0; attempt <= attempts; attempt += 1) {
    const current = await ask(next);
    if (current === undefined) return next;
    const isOther = ['conflict', 'older'].includes(judgeList(trusted, current)) || isBehind(current, recovery);
    if (isOther) throw new ClientError('list_conflict', { details: account });
    // An earlier run came through, but not its answer.
    if (isPrimary(current, deviceKey.x)) return current;
    trusted = current;
    next = await listRecovered(current, deviceKey.x, signer());
  }
  throw new ClientError('list_conflict', { details: account });
};
