import { MessageId } from '#protocol';
import { listRecords, type Store } from '../store.ts';
import { OutgoingRecord } from './outgoing.ts';

const prefix = 'outbox/';

/** A message and what the store keeps of it. */
export type Kept = { message: MessageId; record: OutgoingRecord };

export const keep = (store: Store, messages: readonly Kept[]): Promise<void> =>
  store.put(Object.fromEntries(messages.map(({ message, record }) => [prefix + message, record])));

export const forget = (store: Store, messages: readonly Kept[]): Promise<void> =>
  store.delete(messages.map(({ message }) => prefix + message));

/** What was kept and not forgotten, oldest first. */
export const left = async (store: Store): Promise<Kept[]> =>
  (await listRecords(store, prefix, OutgoingRecord)).map(([id, record]) => ({ message: MessageId.parse(id), record }));
