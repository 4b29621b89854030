import { parseAddress } from '#protocol';
import type { Release } from '../shared/releases.ts';
import { isSettled } from '../shared/settled.ts';
import type { UpkeepContext } from './context.ts';
import { forget } from './forget.ts';

/** Forgets a token that a device has given up: only if it is still the device's own, and the device has not kept it. */
export const release = async (
  context: Pick<UpkeepContext, 'directory' | 'endpoints' | 'platform'>,
  { device: address, token }: Release,
  sentAt: number,
): Promise<'done' | 'again'> => {
  const { directory, platform } = context;
  const record = await directory.pushToken(token);
  if (record?.device !== address) return 'done';
  const { account, device } = parseAddress(address);
  const isKept = (await directory.device(account, device))?.push === token;
  if (isKept) return isSettled(sentAt, platform.now()) ? 'done' : 'again';
  await forget(context, token, record);
  return 'done';
};
