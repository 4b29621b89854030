import { deviceListHash, TandemError } from '#protocol';
import { announce } from './announce.ts';
import type { Rule } from './context.ts';
import { successor } from './successor.ts';

/** The phone unlinks devices, or renews its signature. Who was unlinked is told, and its socket closed. */
export const update: Rule<'devices.update'> = async ({ directory, sockets }, caller, { deviceList }) => {
  const { self } = caller;
  if (deviceListHash(self.list) === deviceListHash(deviceList)) return {};

  const succession = await successor(self, deviceList);
  if (succession.kind === 'added') throw new TandemError('list_refused', { reason: 'devices are added by pairing' });
  const removed = succession.kind === 'removed' ? succession.devices : [];
  if (!(await directory.replaceList(deviceList, removed))) {
    const current = await directory.account(caller.account);
    if (current === undefined) throw new TandemError('unlinked');
    if (deviceListHash(current.list) === deviceListHash(deviceList)) return {};
    throw new TandemError('list_conflict', { deviceList: current.list });
  }

  const revoke = async (connection: string) => {
    await sockets.notify(connection, 'session.revoked', {});
    await sockets.close(connection);
  };
  const connections = removed.flatMap((device) => self.devices.get(device)?.connection?.id ?? []);
  await Promise.all([announce(sockets, self, { deviceList, by: caller.device }), ...connections.map(revoke)]);
  return {};
};
