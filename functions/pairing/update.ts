import { TandemError } from '#protocol';
import { announce } from './announce.ts';
import type { Rule } from './context.ts';
import { checkOvertaken, isSameList, successor } from './successor.ts';
import { unlinking } from './unlinking.ts';

/** The phone unlinks devices, or renews its signature. All hear of it. */
export const update: Rule<'devices.update'> = async (context, caller, { deviceList }) => {
  const { directory, sockets } = context;
  const { self } = caller;
  if (isSameList(self.list, deviceList)) return {};

  const succession = await successor(self, deviceList);
  if (succession.kind === 'added') throw new TandemError('list_refused', { reason: 'devices are added by pairing' });
  if (succession.kind === 'recovered') throw new TandemError('list_refused', { reason: 'a primary recovers as guest' });
  const removed = succession.kind === 'removed' ? succession.devices : [];
  const write = () => directory.replaceList(deviceList, { removed });
  if (await unlinking(context, { self, devices: removed, write })) {
    await announce(sockets, self, { deviceList, by: caller.device });
  } else {
    await checkOvertaken(directory, caller.account, deviceList);
  }
  return {};
};
