import { TandemError } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** Nothing of that account reaches this one any more, and its people are not told. */
export const block: Rule<'contacts.block'> = async ({ directory }, caller, { account }) => {
  standing(caller, await directory.account(caller.account));
  if (account === caller.account) throw new TandemError('invalid_params', 'an account cannot block itself');
  await directory.block(caller.account, account);
  return {};
};
