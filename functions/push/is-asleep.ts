import type { DeviceAddress } from '#protocol';
import type { DeviceRecord } from '../shared/directory/index.ts';
import type { WakeContext } from './context.ts';

/** `$connect` may not have returned yet: a connection younger than this is not gone because a post says so. */
const settling = 30_000;

/**
 * Whether the device is not connected. One that is by now is told to synchronize, which is all it needs; `unsure` if that
 * says that the connection is gone, though it is new.
 */
export const isAsleep = async (
  { directory, sockets, platform }: Pick<WakeContext, 'directory' | 'sockets' | 'platform'>,
  address: DeviceAddress,
  { connection }: Pick<DeviceRecord, 'connection'>,
): Promise<boolean | 'unsure'> => {
  if (connection === undefined) return true;
  if ((await sockets.notify(connection.id, 'relay.waiting', {})) !== 'gone') return false;
  if (connection.at > platform.now() - settling) return 'unsure';
  await directory.disconnect(address, connection.id);
  return true;
};
