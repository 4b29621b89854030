import type { AccountId, DeviceAddress, DeviceNumber } from '#protocol';

/** The keys of the `Directory` table; an account and its devices lie under one partition key, read by one Query. */
export const keys = {
  account: (account: AccountId) => ({ pk: `A#${account}`, sk: 'account' }),
  device: (account: AccountId, device: DeviceNumber) => ({ pk: `A#${account}`, sk: `device#${device}` }),
  /** Behind the account and its devices: a Query for them does not meet these. */
  block: (account: AccountId, blocked: AccountId) => ({ pk: `A#${account}`, sk: `~block#${blocked}` }),
  written: (account: AccountId, to: AccountId) => ({ pk: `A#${account}`, sk: `~written#${to}` }),
  keyBox: (device: DeviceAddress) => ({ pk: `K#${device}`, sk: 'box' }),
  oneTimeKey: (device: DeviceAddress, index: number) => ({ pk: `K#${device}`, sk: `key#${index}` }),
  pushToken: (token: string) => ({ pk: `T#${token}`, sk: 'token' }),
  pairing: (pairing: string) => ({ pk: `P#${pairing}`, sk: 'pairing' }),
  ticket: (ticket: string) => ({ pk: `J#${ticket}`, sk: 'ticket' }),
  /** That the operator has closed registration, of which there is one in a deployment. */
  closure: { pk: 'C#registration', sk: 'closure' },
  rate: ({ rateClass, subject, window }: { rateClass: string; subject: string; window: number }) => ({
    pk: `R#${rateClass}#${subject}`,
    sk: `window#${window}`,
  }),
};
