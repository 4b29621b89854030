import * as z from 'zod/mini';
import type { AccountId } from './addresses.ts';
import { accountIdOf, DeviceNumber } from './addresses.ts';
import type { Bytes } from './bytes.ts';
import { fromBase64Url, Hash, PublicKey, Signature, Timestamp } from './bytes.ts';
import { limits } from './limits.ts';
import { hash, number, statement, verify } from './signing.ts';

export const Device = z.object({ id: DeviceNumber, key: PublicKey, linkedAt: Timestamp });
export type Device = z.infer<typeof Device>;

const fields = {
  identityKey: PublicKey,
  version: z.int().check(z.gte(1), z.lte(999_999_999)),
  /** The hash of the list before this one; null in the first. */
  previous: z.nullable(Hash),
  issuedAt: Timestamp,
  primary: DeviceNumber,
  devices: z.array(Device).check(z.minLength(1), z.maxLength(limits.devices)),
};

const unique = (values: readonly unknown[]) => new Set(values).size === values.length;
const ascending = (values: readonly number[]) => values.every((value, i) => i === 0 || value > (values[i - 1] ?? 0));

/** The devices of an account as the account itself says: signed by its identity key, each version naming the last. */
export const DeviceList = z.object({ ...fields, signature: Signature }).check(
  z.refine((list) => (list.version === 1) === (list.previous === null), 'only the first list has no predecessor'),
  z.refine((list) => ascending(list.devices.map(({ id }) => id)), 'devices must be in ascending order of their ids'),
  z.refine((list) => unique(list.devices.map(({ key }) => key)), 'every device must have a key of its own'),
  z.refine((list) => list.devices.every(({ id }) => id <= list.version), 'a device id is the version that added it'),
  z.refine((list) => list.devices.some(({ id }) => id === list.primary), 'the primary must be in the list'),
);
export type DeviceList = z.infer<typeof DeviceList>;
export type UnsignedDeviceList = Omit<DeviceList, 'signature'>;

/** What the account's identity key signs. */
export const deviceListStatement = (list: UnsignedDeviceList): Bytes =>
  statement('device-list', [
    fromBase64Url(list.identityKey),
    number(list.version),
    list.previous === null ? new Uint8Array() : fromBase64Url(list.previous),
    number(list.issuedAt),
    number(list.primary),
    ...list.devices.flatMap(({ id, key, linkedAt }) => [number(id), fromBase64Url(key), number(linkedAt)]),
  ]);

/** What the next list names as `previous`. The signature is left out, so that no second spelling of it forks a list. */
export const deviceListHash = (list: UnsignedDeviceList): string => hash(deviceListStatement(list));

/** Whether `list` is `account`'s own word: its identity key hashes to the account id and has signed the list. */
export const isSignedBy = async (account: AccountId, list: DeviceList): Promise<boolean> =>
  accountIdOf(list.identityKey) === account &&
  (await verify(list.identityKey, list.signature, deviceListStatement(list)));

export type Succession =
  | { kind: 'added'; device: Device }
  | { kind: 'removed'; devices: DeviceNumber[] }
  | { kind: 'renewed' }
  | { kind: 'recovered'; device: Device; former: DeviceNumber }
  | { kind: 'refused'; reason: string };

const same = (a: Device, b: Device) => a.id === b.id && a.key === b.key && a.linkedAt === b.linkedAt;
const refused = (reason: string): Succession => ({ kind: 'refused', reason });

/**
 * Whether `next` may follow `previous`, and what it changes: one device added, or any but the primary removed, or
 * none (a renewal of the signature), or a new primary in the place of the former (a recovery). Server and clients both
 * ask it; the signature is {@link isSignedBy}'s matter.
 */
export const succeeds = (previous: DeviceList, next: DeviceList): Succession => {
  if (next.identityKey !== previous.identityKey) return refused('another identity key');
  if (next.version !== previous.version + 1) return refused(`version ${next.version} after ${previous.version}`);
  if (next.previous !== deviceListHash(previous)) return refused('it does not name its predecessor');

  const removed = previous.devices.filter((device) => !next.devices.some((other) => same(device, other)));
  const added = next.devices.filter((device) => !previous.devices.some((other) => same(device, other)));
  const [device] = added;
  if (device !== undefined && device.id !== next.version) {
    return refused(`device ${device.id} added by version ${next.version}`);
  }
  if (next.primary !== previous.primary) {
    const isSwap = added.length === 1 && removed.length === 1 && removed[0]?.id === previous.primary;
    if (device === undefined || !isSwap || next.primary !== device.id) return refused('another primary');
    return { kind: 'recovered', device, former: previous.primary };
  }
  if (device === undefined) {
    return removed.length === 0 ? { kind: 'renewed' } : { kind: 'removed', devices: removed.map(({ id }) => id) };
  }
  if (added.length > 1 || removed.length > 0)
    return refused('more than one device added, or added and removed at once');
  return { kind: 'added', device };
};
