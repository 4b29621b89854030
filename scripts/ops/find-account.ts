import type { AccountId } from '#protocol';
import type { Account } from '../../functions/shared/directory/accounts.ts';
import { OpsError } from './ops-error.ts';
import { openDirectory, type Operator } from './operator.ts';

/** @throws OpsError when there is no such account, or not any more */
export const findAccount = async (operator: Operator, account: AccountId): Promise<Account> => {
  const found = await openDirectory(operator).account(account);
  if (found === 'gone') throw new OpsError(`The account ${account} was deleted by its owner.`);
  if (found !== undefined) return found;
  throw new OpsError(`There is no account ${account} in ${operator.stack.name}: is it one of another stage?`);
};
