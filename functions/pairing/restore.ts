import type { Device, DeviceList } from '#protocol';
import { accountIdOf, deviceListHash, isSignedBy, judgeList, TandemError } from '#protocol';
import { type Guest, living, unsuspended } from '../shared/caller.ts';
import type { Account } from '../shared/directory/index.ts';
import { networkOf } from '../shared/network.ts';
import { announce } from './announce.ts';
import type { AccountContext, AccountRule } from './context.ts';
import { unlinking } from './unlinking.ts';

const attempts = 3;

/** The account as its own list says. False when it has been registered meanwhile. @throws as registering does */
const registerAgain = async (context: AccountContext, { sourceIp }: Guest, list: DeviceList): Promise<boolean> => {
  const { directory, platform, rates, admit } = context;
  if ((await directory.closure()) !== undefined) throw new TandemError('registration_closed');
  const ticket = await admit(undefined, platform.now());
  // Counted here alone: a network full of devices that are known brings lists without using up its registrations.
  await rates.charge('registrationsPerHour', networkOf(sourceIp));
  return directory.register(list, ticket);
};

const missingIn =
  ({ devices }: DeviceList) =>
  (device: Device): boolean =>
    !devices.some(({ id }) => id === device.id);

/** The account as the newer list says: devices that it has never heard of, and without those that are no more. */
const overtake = async (context: AccountContext, self: Account, deviceList: DeviceList): Promise<boolean> => {
  const { directory, sockets } = context;
  const added = deviceList.devices.filter(missingIn(self.list));
  const removed = self.list.devices.filter(missingIn(deviceList)).map(({ id }) => id);
  const write = () => directory.replaceList(deviceList, { added, removed, after: deviceListHash(self.list) });
  if (!(await unlinking(context, { self, devices: removed, write }))) return false;
  await announce(sockets, self, { deviceList });
  return true;
};

/**
 * Brings a list that is newer than the cloud's, as there are after `Directory` was restored to an earlier time; whoever
 * brings it, it is the account's own word. The answer is the current list, by which a device sees whether it is linked.
 */
export const restore: AccountRule<'account.restore'> = async (context, caller, { deviceList }) => {
  const account = accountIdOf(deviceList.identityKey);
  if (!(await isSignedBy(account, deviceList))) throw new TandemError('signature_invalid');
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await context.directory.account(account);
    if (found === undefined) {
      if (await registerAgain(context, caller, deviceList)) return { deviceList };
    } else {
      const self = unsuspended(living(found, account));
      const judgement = judgeList(self.list, deviceList);
      if (judgement === 'conflict') throw new TandemError('list_conflict', { deviceList: self.list });
      if (judgement !== 'newer') return { deviceList: self.list };
      if (await overtake(context, self, deviceList)) return { deviceList };
    }
  }
  throw new TandemError('unavailable');
};
