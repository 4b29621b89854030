import type { PushToken } from '../shared/directory/index.ts';
import type { UpkeepContext } from './context.ts';

type Forgetting = Pick<UpkeepContext, 'directory' | 'endpoints'>;

/** Deletes a device's endpoint and its token; can be repeated. */
export const forget = async (
  { directory, endpoints }: Forgetting,
  token: string,
  { device, target }: PushToken,
): Promise<void> => {
  // The endpoint first: without the item nobody would find it again.
  if ('endpoint' in target) await endpoints.remove(target.endpoint);
  await directory.deletePushToken(token, device);
};
