import { accountIdOf, isSignedBy, recoverStatement, TandemError, verify } from '#protocol';
import { living, unsuspended } from '../shared/caller.ts';
import { announce } from './announce.ts';
import { checkTime } from './check-time.ts';
import type { AccountRule } from './context.ts';
import { checkOvertaken, isSameList, successor } from './successor.ts';
import { unlinking } from './unlinking.ts';

/**
 * Whoever holds the identity key makes a new phone the primary, and the former one is unlinked. It need not know the
 * current list: `list_conflict` tells it.
 */
export const recover: AccountRule<'account.recover'> = async (context, _, { deviceList, at, signature }) => {
  const { directory, sockets, platform, host } = context;
  checkTime(at, platform.now());
  const account = accountIdOf(deviceList.identityKey);
  const signed = await verify(deviceList.identityKey, signature, recoverStatement(host, at, deviceList));
  if (!signed || !(await isSignedBy(account, deviceList))) throw new TandemError('signature_invalid');

  const self = unsuspended(living(await directory.account(account), account));
  const recovered = { device: deviceList.primary };
  if (isSameList(self.list, deviceList)) return recovered;
  const succession = await successor(self, deviceList);
  if (succession.kind !== 'recovered') {
    throw new TandemError('list_refused', { reason: 'it must put one new primary in the place of the former' });
  }
  const { former, device } = succession;
  const write = () => directory.replaceList(deviceList, { added: [device], removed: [former] });
  if (await unlinking(context, { self, devices: [former], write })) {
    await announce(sockets, self, { deviceList, by: device.id });
  } else {
    await checkOvertaken(directory, account, deviceList);
  }
  return recovered;
};
