import { TandemError } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Rule } from './context.ts';

/** A device leaves keys for those who want to write to it, so that it need not be there when they begin. */
export const publish: Rule<'keys.publish'> = async ({ directory }, caller, { lastResort, oneTime }) => {
  standing(caller, await directory.account(caller.account));
  const available = await directory.publishKeys(caller.address, { lastResort, oneTime });
  if (available === undefined) throw new TandemError('keys_full');
  return { available };
};
