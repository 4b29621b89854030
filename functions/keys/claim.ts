import { type AccountId, type DeviceAddress, limits, parseAddress } from '#protocol';
import { standing } from '../shared/caller.ts';
import type { Account, DeviceRecord } from '../shared/directory/index.ts';
import type { KeysContext, Rule } from './context.ts';

type Accounts = ReadonlyMap<AccountId, Account | 'gone' | undefined>;

const linked = (accounts: Accounts, address: DeviceAddress): DeviceRecord | undefined => {
  const { account, device } = parseAddress(address);
  const found = accounts.get(account);
  return typeof found === 'object' ? found.devices.get(device) : undefined;
};

/** One key, and a word to its device when few are left: at one number below, when none is, and when it may not know. */
const claimOf = async ({ directory, sockets }: KeysContext, address: DeviceAddress, record: DeviceRecord) => {
  const { available, blob, oneTime, lost } = await directory.claimKey(address);
  const isLow = lost || (oneTime && (available === limits.keysLow || available === 0));
  if (isLow && record.connection) await sockets.notify(record.connection.id, 'keys.low', { available });
  return blob === undefined ? [] : [{ address, blob, oneTime }];
};

/**
 * A key of each device, to begin a conversation with it: a one-time one, which nobody else gets, or else that of last
 * resort. Devices that are not linked, or have left none, are missing in the answer.
 */
export const claim: Rule<'keys.claim'> = async (context, caller, { devices }) => {
  const { directory, rates } = context;
  const names = new Set([caller.account, ...devices.map((address) => parseAddress(address).account)]);
  const [accounts] = await Promise.all([
    Promise.all([...names].map(async (name) => [name, await directory.account(name)] as const)).then(
      (all) => new Map(all),
    ),
    ...devices.flatMap((address) => [
      rates.charge('claimsPerPairPerHour', `${caller.account}>${address}`),
      rates.charge('claimsPerTargetPerHour', address),
    ]),
  ]);
  standing(caller, accounts.get(caller.account));
  const bundles = await Promise.all(
    devices.map(async (address) => {
      const record = linked(accounts, address);
      return record === undefined ? [] : claimOf(context, address, record);
    }),
  );
  return { bundles: bundles.flat() };
};
