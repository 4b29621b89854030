import { TandemError } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';
import { unlinking } from './unlinking.ts';

/** A companion unlinks itself. The list names it until the primary, which is told, makes the next one. */
export const leave: Rule<'devices.leave'> = async (context, caller) => {
  const { directory, sockets } = context;
  const { account, device } = caller;
  const self = standing(caller, await directory.account(account));
  if (self.list.primary === device) {
    throw new TandemError('list_refused', { reason: 'the primary device cannot leave its account' });
  }
  const write = async () => {
    await directory.leave(account, device);
    return true;
  };
  await unlinking(context, { self, devices: [device], by: device, write });
  const primary = self.devices.get(self.list.primary)?.connection;
  if (primary !== undefined) await sockets.notify(primary.id, 'devices.left', { device });
  return {};
};
