import type { AccountId, DeviceNumber } from '#protocol';

/** The keys of the `Directory` table; an account and its devices lie under one partition key, read by one Query. */
export const keys = {
  account: (account: AccountId) => ({ pk: `A#${account}`, sk: 'account' }),
  device: (account: AccountId, device: DeviceNumber) => ({ pk: `A#${account}`, sk: `device#${device}` }),
  pairing: (pairing: string) => ({ pk: `P#${pairing}`, sk: 'pairing' }),
};
