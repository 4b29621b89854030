import type { DeviceList } from '#protocol';
import { Connection } from '../connection/connection.ts';
import type { ServerClock } from '../connection/server-clock.ts';
import type { Platform } from '../platform.ts';

type Cloud = { endpoint: string; platform: Platform; serverClock: ServerClock };

/**
 * Brings a list to a cloud that does not know it, as after its directory was restored to an earlier time; the list that
 * is the account's current one then. As a guest: a device that only a later list names cannot connect.
 * @throws ClientError: `list_conflict`, `account_gone`, …
 */
export const bringList = async (cloud: Cloud, list: DeviceList): Promise<DeviceList> => {
  const guest = new Connection(cloud);
  guest.open();
  try {
    return (await guest.call('account.restore', { deviceList: list })).deviceList;
  } finally {
    guest.close();
  }
};
