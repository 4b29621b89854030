import { living, standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** The signed device list of any account, for whoever wants to write to it. */
export const list: Rule<'devices.list'> = async ({ directory }, caller, { account }) => {
  const own = account === caller.account;
  const [self, other] = await Promise.all([
    directory.account(caller.account),
    own ? undefined : directory.account(account),
  ]);
  const { list } = standing(caller, self);
  return { deviceList: own ? list : living(other, account).list };
};
