import { type DeviceAddress, parseAddress } from '#protocol';
import type { PushToken } from '../shared/directory/index.ts';
import type { UpkeepContext } from './context.ts';
import { forget } from './forget.ts';

/**
 * A device cannot be reached by its token any more: it is forgotten, and the account's other devices are told, once: by
 * whoever takes it from the device.
 */
export const reportBroken = async (
  context: UpkeepContext,
  address: DeviceAddress,
  { token, record }: { token: string; record: PushToken | undefined },
): Promise<void> => {
  const { directory, sockets } = context;
  if (record !== undefined) await forget(context, token, record);
  if (!(await directory.unregisterPush(address, token))) return;
  const { account, device } = parseAddress(address);
  const self = await directory.account(account);
  if (self === undefined || self === 'gone') return;
  const others = [...self.devices.values()].flatMap(({ device: id, connection }) =>
    connection === undefined || id === device ? [] : [connection],
  );
  await Promise.all(others.map(({ id }) => sockets.notify(id, 'push.broken', { device })));
};
