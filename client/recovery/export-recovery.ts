import { deviceListHash } from '#protocol';
import type { DeviceLists } from '../devices/device-lists.ts';
import type { Primary } from '../devices/primary.ts';
import { sealBackup } from './backup.ts';
import { formatRecoveryCode, newRecoverySecret } from './recovery-code.ts';

type Owner = Pick<Primary, 'account' | 'identityKey'> & { lists: Pick<DeviceLists, 'of'> };

/** With both, and with nothing less, a new phone takes the account over. */
export type RecoveryExport = {
  /** For the person to write down: shown once, kept nowhere. */
  code: string;
  /** For the application to keep anywhere, in base64url. */
  backup: string;
};

/** A new code and what it opens; those made before stay good, for the account's key is the same. */
export const exportRecovery = async ({ account, identityKey, lists }: Owner): Promise<RecoveryExport> => {
  const list = await lists.of(account.account);
  const secret = newRecoverySecret();
  const recovery = { identityKey, version: list.version, hash: deviceListHash(list) };
  return { code: formatRecoveryCode(secret), backup: await sealBackup(recovery, { secret }) };
};
