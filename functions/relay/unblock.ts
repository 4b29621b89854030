import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** What that account sends from now on reaches this one again. */
export const unblock: Rule<'contacts.unblock'> = async ({ directory }, caller, { account }) => {
  standing(caller, await directory.account(caller.account));
  await directory.unblock(caller.account, account);
  return {};
};
