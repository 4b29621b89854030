import { type AccountId, type DeviceAddress, parseAddress } from '#protocol';
import type { DeviceCaller } from '../shared/caller.ts';
import type { Holding } from '../shared/directory/index.ts';
import type { Mail } from '../shared/mailboxes.ts';
import { sizeOf } from '../shared/mailboxes.ts';
import type { Addressee } from './address.ts';
import type { RelayContext } from './context.ts';
import { heldNow, withFewer, withMore } from './holding.ts';

/** One of so many is noted, for as many: a write each would cost as much as the message. */
const sample = 64;

/** Removals are noted more coarsely: it must not take more calls to empty a mailbox that holds much. */
const removals = 256;

type Noting = Pick<RelayContext, 'directory' | 'platform'>;
type Stored = Mail & Pick<Addressee, 'record'>;
/** The caller's own, with the estimate as it was read. */
type Mailbox = { address: DeviceAddress; held: Holding | undefined };

const isSample = ({ platform }: Noting): boolean => platform.random() * sample < 1;

/** Notes what came into one mailbox at once: of two notes made from one estimate the second would be dropped. */
const noteMore = async ({ directory, platform }: Noting, to: DeviceAddress, mail: readonly Stored[]): Promise<void> => {
  const held = mail[0]?.record.held;
  if (held === undefined) return;
  const bytes = mail.reduce((sum, { envelope }) => sum + sizeOf(envelope), 0);
  const now = heldNow(held, platform.now());
  await directory.noteHolding(to, withMore(now, sample * mail.length, sample * bytes), held);
};

/**
 * Notes, by samples, what was stored for devices that are not connected, and to whom the caller has written there. What
 * is delivered at once leaves again as fast as it came, and costs no note.
 */
export const noteStored = async (context: Noting, caller: DeviceCaller, mail: readonly Stored[]): Promise<void> => {
  const { directory, platform } = context;
  const sampled = mail.filter(({ record }) => record.connection === undefined && isSample(context));
  const accounts = new Set<AccountId>(sampled.map(({ to }) => parseAddress(to).account));
  accounts.delete(caller.account);
  await Promise.all([
    ...[...Map.groupBy(sampled, ({ to }) => to)].map(([to, more]) => noteMore(context, to, more)),
    ...[...accounts].map((to) => directory.noteWritten({ from: caller.account, to }, platform.now())),
  ]);
};

/** Notes, by samples, that so many envelopes, up to 256, have left the caller's mailbox, where it is thought to hold some. */
export const noteRemoved = async (context: Noting, { address, held }: Mailbox, count: number): Promise<void> => {
  const { directory, platform } = context;
  if (held === undefined || held.envelopes === 0 || platform.random() * removals >= count) return;
  await directory.noteHolding(address, withFewer(heldNow(held, platform.now()), removals), held);
};

/** Notes that the mailbox has been seen empty: now it is known for sure. */
export const noteEmpty = async ({ directory, platform }: Noting, { address, held }: Mailbox): Promise<void> => {
  if (held === undefined || held.envelopes === 0) return;
  await directory.noteHolding(address, { envelopes: 0, bytes: 0, at: platform.now() }, held);
};
