import { TandemError } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** The signed device list of any account, for whoever wants to write to it. */
export const list: Rule<'devices.list'> = async ({ directory }, caller, { account }) => {
  const [self, found] = await Promise.all([directory.account(caller.account), directory.account(account)]);
  standing(caller, self);
  if (found === undefined) throw new TandemError('account_unknown');
  return { deviceList: found.list };
};
