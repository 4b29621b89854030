import { type AccountId, countEnvelopes, type DeviceNumber, limits, type Recipient } from '#protocol';
import type { DeviceLists } from '../devices/device-lists.ts';
import { ClientError } from '../errors.ts';

/** This device. */
export type Self = { account: AccountId; device: DeviceNumber };

/**
 * Every device of the accounts but this one; all of them get body 0.
 * @throws `recipients_invalid` when they are too many for one call, and what {@link DeviceLists.of} throws.
 */
export const recipients = async (
  accounts: readonly AccountId[],
  { lists, self }: { lists: Pick<DeviceLists, 'of'>; self: Self },
): Promise<Recipient[]> => {
  const to = await Promise.all(
    [...new Set(accounts)].map(async (account): Promise<Recipient> => {
      const { version, devices } = await lists.of(account);
      const others = devices.filter(({ id }) => account !== self.account || id !== self.device);
      return { account, version, devices: others.map(({ id }) => ({ device: id, body: 0 })) };
    }),
  );
  const count = countEnvelopes({ to });
  if (count > limits.batch) throw new ClientError('recipients_invalid', { details: `${count} devices` });
  return to;
};
