import type { AccountId, DeviceAddress, DeviceList, Recipient } from '#protocol';
import { addressOf, TandemError } from '#protocol';
import { type DeviceCaller, living, standing } from '../shared/caller.ts';
import type { Account, DeviceRecord, Directory } from '../shared/directory/index.ts';

/** A device that gets a body of a message. */
export type Addressee = { address: DeviceAddress; record: DeviceRecord; body: number };

export type Accounts = ReadonlyMap<string, Account | 'gone' | undefined>;

/** The caller's own account and those it writes to, read at once. @throws `unlinked` */
export const readAccounts = async (
  directory: Directory,
  caller: DeviceCaller,
  recipients: readonly Recipient[],
): Promise<Accounts> => {
  const names = new Set([caller.account, ...recipients.map(({ account }) => account)]);
  const read = await Promise.all([...names].map(async (name) => [name, await directory.account(name)] as const));
  const accounts = new Map(read);
  standing(caller, accounts.get(caller.account));
  return accounts;
};

/** Whether the sender means the current list, and every device of it but itself. */
const isCurrent = ({ account, version, devices }: Recipient, list: DeviceList, caller: DeviceCaller): boolean => {
  const expected = list.devices.map(({ id }) => id).filter((id) => account !== caller.account || id !== caller.device);
  const named = new Set(devices.map(({ device }) => device));
  return version === list.version && named.size === expected.length && expected.every((id) => named.has(id));
};

/**
 * The devices that a message goes to, or the current lists of the accounts whose devices it names wrongly. A device
 * that has left by itself is passed over: its mail is dropped until the next list; so is that for an account that has
 * blocked the caller's, which must not show. @throws `account_unknown`, `account_gone`
 */
export const addressees = (
  to: readonly Recipient[],
  caller: DeviceCaller,
  { accounts, blocked }: { accounts: Accounts; blocked: ReadonlySet<AccountId> },
): { devices: Addressee[] } | { changed: DeviceList[] } => {
  const found = to.map((recipient) => ({
    recipient,
    account: living(accounts.get(recipient.account), recipient.account),
  }));
  const changed = found.filter(({ recipient, account }) => !isCurrent(recipient, account.list, caller));
  if (changed.length > 0) return { changed: changed.map(({ account }) => account.list) };
  const open = found.filter(({ account }) => !blocked.has(account.account));
  const devices = open.flatMap(({ recipient, account }) =>
    recipient.devices.flatMap(({ device, body }) => {
      const record = account.devices.get(device);
      return record === undefined ? [] : [{ address: addressOf(account.account, device), record, body }];
    }),
  );
  return { devices };
};

/** How many lists one answer carries, so that it fits a frame; the caller asks `devices.list` for others. */
const listsInAnswer = 16;

/** The error that tells current lists, each once in an answer. */
export const createDevicesChanged = () => {
  const told = new Set<string>();
  return (changed: readonly DeviceList[]): TandemError => {
    const deviceLists = changed.filter(({ identityKey }) => !told.has(identityKey)).slice(0, listsInAnswer - told.size);
    for (const { identityKey } of deviceLists) told.add(identityKey);
    return new TandemError('devices_changed', { deviceLists });
  };
};
