import type { DeviceList, Succession } from '#protocol';
import { deviceListHash, isSignedBy, succeeds, TandemError } from '#protocol';
import type { Account } from '../shared/directory/index.ts';

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
