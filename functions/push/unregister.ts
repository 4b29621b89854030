import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** The device is not to be woken any more. */
export const unregister: Rule<'push.unregister'> = async ({ directory, releases }, caller) => {
  const { account, device, address } = caller;
  const token = standing(caller, await directory.account(account)).devices.get(device)?.push;
  if (token === undefined) return {};
  // Asked for before the write, so that nothing is left if this function dies right after.
  await releases.release([{ device: address, token }]);
  await directory.unregisterPush(address, token);
  return {};
};
