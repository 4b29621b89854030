import { addressOf, type DeviceNumber } from '#protocol';
import type { Account } from '../shared/directory/index.ts';
import type { PairingContext } from './context.ts';

type Unlinking = {
  /** The account as it is until then, and the devices that it loses. */
  self: Account;
  devices: readonly DeviceNumber[];
  /** The device that asks for it, if it is one of them: it hears of it by its answer. */
  by?: DeviceNumber;
  /** False when it came too late. */
  write: () => Promise<boolean>;
};

/**
 * Unlinks devices by a write: each is told, its connection closed, its push token and its keys forgotten. The queues
 * are asked before the write, so that nothing stays if this function dies right after; they look again whether the
 * device is unlinked.
 */
export const unlinking = async (
  { sockets, closing, releases }: Pick<PairingContext, 'sockets' | 'closing' | 'releases'>,
  { self, devices, by, write }: Unlinking,
): Promise<boolean> => {
  const connected = devices.flatMap((device) => {
    const connection = self.devices.get(device)?.connection?.id;
    return connection === undefined ? [] : [{ device, connection }];
  });
  const tokens = devices.flatMap((device) => {
    const token = self.devices.get(device)?.push;
    return token === undefined ? [] : [{ device: addressOf(self.account, device), token }];
  });
  await Promise.all([
    closing.close(connected.map(({ device, connection }) => ({ connection, unless: addressOf(self.account, device) }))),
    releases.release([...tokens, ...devices.map((device) => ({ departed: addressOf(self.account, device) }))]),
  ]);
  if (!(await write())) return false;
  const others = connected.filter(({ device }) => device !== by);
  await Promise.all(others.map(({ connection }) => sockets.notify(connection, 'session.revoked', {})));
  return true;
};
