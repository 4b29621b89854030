import type { DeviceList } from '#protocol';
import type { Account } from '../shared/directory/index.ts';
import type { Sockets } from '../shared/sockets.ts';

/** Tells the account's connected devices, but not the one by which the list came, what it is now. */
export const announce = async (
  sockets: Sockets,
  { devices }: Account,
  { deviceList, by }: { deviceList: DeviceList; by?: number },
): Promise<void> => {
  const listed = deviceList.devices.filter(({ id }) => id !== by).map(({ id }) => devices.get(id)?.connection);
  await Promise.all(
    listed.map(
      async (connection) => connection && (await sockets.notify(connection.id, 'devices.changed', { deviceList })),
    ),
  );
};
