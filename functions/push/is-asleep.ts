import type { DeviceAddress, Traceparent } from '#protocol';
import type { DeviceRecord } from '../shared/directory/index.ts';
import type { WakeContext } from './context.ts';

/** `$connect` may not have returned yet: a connection younger than this is not gone because a post says so. */
const settling = 30_000;

/** With the trace of what it is to be woken for. */
type Sleeper = Pick<DeviceRecord, 'connection' | 'suspended'> & { traceparent?: Traceparent | undefined };

/**
 * Whether the device is not connected, and may be: one that is suspended is left alone. One that is by now is told to
 * synchronize, which is all it needs; `unsure` if that says that the connection is gone, though it is new.
 */
export const isAsleep = async (
  { directory, sockets, platform }: Pick<WakeContext, 'directory' | 'sockets' | 'platform'>,
  address: DeviceAddress,
  { connection, suspended, traceparent }: Sleeper,
): Promise<boolean | 'unsure'> => {
  if (connection === undefined) return suspended === undefined;
  const about = traceparent === undefined ? {} : { traceparent };
  if ((await sockets.notify(connection.id, 'relay.waiting', about)) !== 'gone') return false;
  if (connection.at > platform.now() - settling) return 'unsure';
  await directory.disconnect(address, connection.id);
  return true;
};
