import type { DeviceAddress } from '#protocol';
import type { DeviceRecord, PushToken } from '../shared/directory/index.ts';
import type { UpkeepContext } from './context.ts';
import { reportBroken } from './report-broken.ts';

/** Where the device is to be reached; undefined when it has registered nothing, or its token has moved to another. */
export const targetOfDevice = async (
  context: UpkeepContext,
  address: DeviceAddress,
  { push: token }: Pick<DeviceRecord, 'push'>,
): Promise<{ token: string; record: PushToken } | undefined> => {
  if (token === undefined) return undefined;
  const record = await context.directory.pushToken(token);
  // Somebody has begun to forget it, and not come to an end.
  if (record === undefined) await reportBroken(context, address, { token, record });
  return record?.device === address ? { token, record } : undefined;
};
