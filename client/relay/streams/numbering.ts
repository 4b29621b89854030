import * as z from 'zod/mini';
import type { AccountId, DeviceNumber } from '#protocol';
import { Joined, type Place } from './payload.ts';
import { type Hashed, origin, RunningHash, runningHash } from './running-hash.ts';

/** The sending end of a stream, as the store keeps it: the last number that was given, and the running hash after it. */
export const StreamHead = z.object({
  number: z.int().check(z.gte(0)),
  running: RunningHash,
  /** Every device of the account, with the number of the first message that was for it. */
  joined: Joined,
});
export type StreamHead = z.infer<typeof StreamHead>;

export type StreamHeads = ReadonlyMap<AccountId, StreamHead>;

const unbegun: StreamHead = { number: 0, running: origin, joined: {} };

type Numbered = {
  /** The message's place in the stream to each account. */
  streams: Record<AccountId, Place>;
  /** The heads that are new, to be kept together with the message. */
  heads: Map<AccountId, StreamHead>;
};

/** Gives a message the next number in the stream to each of the accounts. A number is never given twice. */
export const giveNumbers = (heads: StreamHeads, accounts: readonly AccountId[], hashed: Hashed): Numbered => {
  const numbered: Numbered = { streams: {}, heads: new Map() };
  for (const account of new Set(accounts)) {
    const head = heads.get(account) ?? unbegun;
    const number = head.number + 1;
    numbered.streams[account] = [number, head.running];
    numbered.heads.set(account, { ...head, number, running: runningHash(head.running, hashed) });
  }
  return numbered;
};

/**
 * Follows the account's device list: a device that is new on it begins with `first`, the lowest number that is not
 * accepted yet, for all from there on will be addressed to it. The same head when nothing has changed.
 */
export const followDevices = (head: StreamHead, devices: readonly DeviceNumber[], first: number): StreamHead => {
  const known = Object.keys(head.joined);
  if (known.length === devices.length && devices.every((device) => String(device) in head.joined)) return head;
  const joined = Object.fromEntries(devices.map((device) => [device, head.joined[device] ?? first]));
  return { ...head, joined };
};

/** The places as they go out: with the devices that joined later, so that these do not ask for what came before. */
export const withJoined = (streams: Readonly<Record<AccountId, Place>>, heads: StreamHeads): Record<AccountId, Place> =>
  Object.fromEntries(
    Object.entries(streams).map(([account, [number, previous]]): [AccountId, Place] => {
      const later = Object.entries(heads.get(account)?.joined ?? {}).filter(([, first]) => first > 1);
      return [account, later.length === 0 ? [number, previous] : [number, previous, Object.fromEntries(later)]];
    }),
  );
