import * as z from 'zod/mini';
import { type AccountId, type DeviceAddress, Envelope, Timestamp } from '#protocol';
import { listRecords, readRecord, type Store } from '../store.ts';
import { type Arrival, linkOfArrival, readEnvelope } from './arrival.ts';
import { StreamNumber } from './streams/payload.ts';
import { type Link, Range, type Reception, recall } from './streams/reception.ts';
import { RunningHash } from './streams/running-hash.ts';

const prefix = 'reception/';
const heldPrefix = 'held/';

const ReceptionRecord = z.object({
  next: StreamNumber,
  running: z.optional(RunningHash),
  at: z.optional(Timestamp),
  passed: z.optional(Range),
});

export const heldKey = (sender: DeviceAddress, number: number): string => `${heldPrefix}${sender}/${number}`;

/** How far the stream of a device has come, as the store keeps it. */
export const receptionEntry = (
  sender: DeviceAddress,
  { next, running, at, passed }: Reception,
): Record<string, unknown> => ({
  [prefix + sender]: { next, running, at, passed },
});

/** What was held for its turn. @throws `store_damaged` */
export const readHeld = async (store: Store, sender: DeviceAddress, number: number): Promise<Arrival | undefined> => {
  const envelope = await readRecord(store, heldKey(sender, number), Envelope);
  return envelope && readEnvelope(envelope);
};

/** The receiving ends of all streams to this account, by who sends. @throws `store_damaged` */
export const loadReceptions = async (store: Store, account: AccountId): Promise<Map<DeviceAddress, Reception>> => {
  const links = new Map<DeviceAddress, Link[]>();
  for (const [key, envelope] of await listRecords(store, heldPrefix, Envelope)) {
    const arrival = readEnvelope(envelope);
    const link = arrival && linkOfArrival(arrival, account);
    const sender = key.slice(0, key.indexOf('/'));
    if (link !== undefined) links.set(sender, [...(links.get(sender) ?? []), link]);
  }
  const records = await listRecords(store, prefix, ReceptionRecord);
  const receptions = records.map(([sender, { running, ...kept }]): [DeviceAddress, Reception] => [
    sender,
    recall({ ...kept, running }, links.get(sender) ?? []),
  ]);
  // A crash may have come between a message's turn and the deletion of its copy.
  const past = receptions.flatMap(([sender, { next }]) =>
    (links.get(sender) ?? []).filter(({ number }) => number < next).map(({ number }) => heldKey(sender, number)),
  );
  if (past.length > 0) await store.delete(past);
  return new Map(receptions);
};
