import * as z from 'zod/mini';
import { type AccountId, deleteStatement } from '#protocol';
import type { Primary } from './devices/primary.ts';
import { ClientError } from './errors.ts';
import { signWith } from './keys.ts';
import { readRecord, type Store } from './store.ts';

export type Deletion = {
  /** The account's id, once its person has said yes. */
  confirmed: AccountId;
};

const key = 'deleting';

/**
 * Deletes the account, for good. A device that hears that it is unlinked, after it has asked for the deletion, has had
 * it: only the answer was lost. Before that, it would be somebody else's doing. @throws `deletion_unconfirmed`, …
 */
export const deleteAccount = async (primary: Primary, store: Store, { confirmed }: Deletion): Promise<void> => {
  const { account, identityKey, connection, now } = primary;
  if (confirmed !== account.account) throw new ClientError('deletion_unconfirmed');
  let hasAsked = (await readRecord(store, key, z.boolean())) ?? false;
  try {
    // The statement holds for minutes: by a clock that is wrong, it would not.
    await connection.time();
    await store.put({ [key]: true });
    hasAsked = true;
    const at = now();
    const statement = deleteStatement(new URL(account.endpoint).host, at, account.account);
    await connection.call('account.delete', { at, signature: await signWith(identityKey, statement) });
  } catch (error) {
    const code = error instanceof ClientError ? error.code : undefined;
    if (code !== 'account_gone' && !(code === 'unlinked' && hasAsked)) throw error;
  }
};
