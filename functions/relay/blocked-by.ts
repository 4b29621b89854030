import type { AccountId } from '#protocol';
import type { DeviceCaller } from '../shared/caller.ts';
import type { Directory } from '../shared/directory/index.ts';
import type { Accounts } from './address.ts';

/** Those of the accounts that have blocked the caller's; only of those that block anybody it is asked. */
export const blockedBy = async (
  directory: Directory,
  caller: DeviceCaller,
  accounts: Accounts,
): Promise<ReadonlySet<AccountId>> => {
  const blocking = [...accounts.values()].filter((account) => typeof account === 'object' && account.blocks > 0);
  const found = await Promise.all(
    blocking.map(async (account) =>
      typeof account === 'object' && (await directory.blocks(account.account, caller.account)) ? [account.account] : [],
    ),
  );
  return new Set(found.flat());
};
