import type { AccountId, DeviceList, Succession } from '#protocol';
import { deviceListHash, isSignedBy, succeeds, TandemError } from '#protocol';
import { living, unsuspended } from '../shared/caller.ts';
import type { Account, Directory } from '../shared/directory/index.ts';

export const isSameList = (a: DeviceList, b: DeviceList): boolean => deviceListHash(a) === deviceListHash(b);

/** What a new list changes. @throws unless it is the account's own word and follows the current list */
export const successor = async ({ account, list: current }: Account, next: DeviceList): Promise<Succession> => {
  if (!(await isSignedBy(account, next))) throw new TandemError('signature_invalid');
  const succession = succeeds(current, next);
  if (succession.kind !== 'refused') return succession;
  const conflict = next.version !== current.version + 1 || next.previous !== deviceListHash(current);
  throw conflict
    ? new TandemError('list_conflict', { deviceList: current })
    : new TandemError('list_refused', { reason: succession.reason });
};

/** When a list came too late: fine if it was this very one that came first. @throws `list_conflict`, `account_suspended` */
export const checkOvertaken = async (directory: Directory, account: AccountId, list: DeviceList): Promise<void> => {
  const current = unsuspended(living(await directory.account(account), account));
  if (!isSameList(current.list, list)) throw new TandemError('list_conflict', { deviceList: current.list });
};
