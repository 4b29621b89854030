import { accountIdOf } from '#protocol';
import { type Account, readAccount, writeAccount } from './account.ts';
import { Connection } from './connection/connection.ts';
import { ServerClock } from './connection/server-clock.ts';
import type { DeviceOptions } from './device-options.ts';
import { readEndpoint } from './endpoint.ts';
import { ClientError } from './errors.ts';
import { generateSigningKey } from './keys.ts';
import { platform as thisPlatform } from './platform.ts';
import { openBackup, type Recovery } from './recovery/backup.ts';
import { readRecoveryCode } from './recovery/recovery-code.ts';
import { replacePrimary } from './recovery/replace-primary.ts';
import type { Session } from './session.ts';
import type { Store } from './store.ts';
import { openSession } from './tabs/open-session.ts';

/** The store is empty, or of a recovery that did not come to its end. */
export type RecoverOptions = DeviceOptions & {
  endpoint: string;
  /** As the person has written it down. */
  code: string;
  backup: string;
};

/** The recovery that an earlier run did not finish, or a new one; its key is in the store before it is used. */
const prepare = async (store: Store, { identityKey }: Recovery, endpoint: string): Promise<Account> => {
  const account = accountIdOf(identityKey.x);
  const begun = await readAccount(store);
  if (begun?.registered === true) throw new ClientError('already_linked');
  const deviceKey = begun?.account === account ? begun.deviceKey : await generateSigningKey();
  const self = { endpoint, account, device: 1, deviceKey, identityKey, registered: false };
  await writeAccount(store, self);
  return self;
};

/**
 * Makes this device the primary of an account whose phone is lost; the former one is unlinked, the companions stay.
 * Called again after a crash, it goes on with the same key.
 * @throws ClientError: `recovery_code_invalid`, `recovery_backup_invalid`, `already_linked`, `account_gone`,
 * `list_conflict` when the cloud shows another past than the backup, …
 */
export const recover = async ({
  endpoint: given,
  store,
  code,
  backup,
  receipts = false,
  platform = thisPlatform,
}: RecoverOptions): Promise<Session> => {
  const endpoint = readEndpoint(given);
  const recovery = await openBackup(backup, readRecoveryCode(code));
  const begun = await prepare(store, recovery, endpoint);
  const serverClock = new ServerClock(platform.clock);
  const guest = new Connection({ endpoint, platform, serverClock });
  guest.open();
  try {
    await guest.time();
    const list = await replacePrimary({ recovery, self: begun, guest, now: () => serverClock.now() });
    const account = { ...begun, device: list.primary, registered: true };
    await writeAccount(store, account, list);
    return await openSession({ account, store, platform, receipts, serverClock });
  } finally {
    guest.close();
  }
};
