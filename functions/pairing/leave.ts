import { TandemError } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** A companion unlinks itself. The list names it until the primary, which is told, makes the next one. */
export const leave: Rule<'devices.leave'> = async ({ directory, sockets }, caller) => {
  const self = standing(caller, await directory.account(caller.account));
  if (self.list.primary === caller.device) {
    throw new TandemError('list_refused', { reason: 'the primary device cannot leave its account' });
  }
  await directory.leave(caller.account, caller.device);
  const primary = self.devices.get(self.list.primary)?.connection;
  if (primary !== undefined) await sockets.notify(primary.id, 'devices.left', { device: caller.device });
  return {};
};
