import { type DeviceAddress, parseAddress, TandemError } from '#protocol';
import type { DeviceCaller } from '../shared/caller.ts';
import type { DeviceRecord } from '../shared/directory/index.ts';
import type { RelayContext } from './context.ts';
import { heldNow } from './holding.ts';

type Addressee = { address: DeviceAddress; record: DeviceRecord };

const megabyte = 1_000_000;

/** The devices whose mailboxes take nothing more from this caller. */
const full = async ({ directory, quotas, platform }: RelayContext, caller: DeviceCaller, to: readonly Addressee[]) => {
  const verdicts = await Promise.all(
    to.map(async ({ address, record }) => {
      const held = heldNow(record.held, platform.now());
      if (held.envelopes >= quotas.mailboxEnvelopes || held.bytes >= quotas.mailboxMegabytes * megabyte) return true;
      const { account } = parseAddress(address);
      if (held.envelopes < quotas.strangersEnvelopes || account === caller.account) return false;
      return !(await directory.hasWritten({ from: account, to: caller.account }));
    }),
  );
  return to.filter((_, i) => verdicts[i]).map(({ address }) => address);
};

/** @throws `mailbox_full`, naming the devices, when one that a message is for takes no more of it */
export const checkRoom = async (
  context: RelayContext,
  caller: DeviceCaller,
  to: readonly Addressee[],
): Promise<void> => {
  const devices = await full(context, caller, to);
  if (devices.length > 0) throw new TandemError('mailbox_full', { devices });
};
