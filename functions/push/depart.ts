import { parseAddress } from '#protocol';
import type { Departure } from '../shared/releases.ts';
import { isSettled } from '../shared/settled.ts';
import type { UpkeepContext } from './context.ts';

/** Forgets the keys that a device has left for others, once it is unlinked: nobody can claim them any more. */
export const depart = async (
  { directory, platform }: Pick<UpkeepContext, 'directory' | 'platform'>,
  { departed }: Departure,
  sentAt: number,
): Promise<'done' | 'again'> => {
  const { account, device } = parseAddress(departed);
  const isLinked = (await directory.device(account, device)) !== undefined;
  if (isLinked) return isSettled(sentAt, platform.now()) ? 'done' : 'again';
  await directory.forgetKeys(departed);
  return 'done';
};
