import * as z from 'zod/mini';
import { AccountId, DeviceList, DeviceNumber } from '#protocol';
import { SigningKey } from './keys.ts';
import { readRecord, type Store } from './store.ts';

const key = 'account';

/** Who this device is. */
export const Account = z.object({
  endpoint: z.string(),
  account: AccountId,
  device: DeviceNumber,
  deviceKey: SigningKey,
  /** Only the primary has it. */
  identityKey: z.optional(SigningKey),
  /** False from before the registration is sent until it is answered. */
  registered: z.boolean(),
});
export type Account = z.infer<typeof Account>;

export const listKey = (account: AccountId): string => `list/${account}`;

export const readAccount = (store: Store): Promise<Account | undefined> => readRecord(store, key, Account);

export const readOwnList = (store: Store, { account }: Account): Promise<DeviceList | undefined> =>
  readRecord(store, listKey(account), DeviceList);

/** Keeps the account, together with the first list of it that this device trusts. */
export const writeAccount = (store: Store, account: Account, list?: DeviceList): Promise<void> =>
  store.put({ [key]: account, ...(list !== undefined && { [listKey(account.account)]: list }) });

/** Forgets everything: keys, lists, and what has not been sent. */
export const forgetAccount = async (store: Store): Promise<void> =>
  store.delete((await store.list('')).map(([key]) => key));
