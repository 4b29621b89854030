import * as z from 'zod/mini';
import { MessageId } from '#protocol';
import { listRecords, type Store } from '../store.ts';
import { Draft, OutgoingRecord } from './outgoing.ts';

const prefix = 'outbox/';

/** What another tab has made, or this one has not numbered yet. */
export type Drafted = { message: MessageId; draft: Draft };

/** A message and what the store keeps of it. */
export type Kept = { message: MessageId; record: OutgoingRecord };

/** Keeps what the leading tab is to number and to send. */
export const keepDraft = (store: Store, { message, draft }: Drafted): Promise<void> =>
  store.put({ [prefix + message]: draft });

export const outboxEntries = (messages: readonly Kept[]): Record<string, unknown> =>
  Object.fromEntries(messages.map(({ message, record }) => [prefix + message, record]));

export const forget = (store: Store, messages: readonly { message: MessageId }[]): Promise<void> =>
  store.delete(messages.map(({ message }) => prefix + message));

/** What was kept and not forgotten, oldest first. @throws `store_damaged` */
export const left = async (store: Store): Promise<{ drafts: Drafted[]; kept: Kept[] }> => {
  const records = await listRecords(store, prefix, z.union([OutgoingRecord, Draft]));
  const drafts: Drafted[] = [];
  const kept: Kept[] = [];
  for (const [id, record] of records) {
    const message = MessageId.parse(id);
    if ('header' in record) kept.push({ message, record });
    else drafts.push({ message, draft: record });
  }
  return { drafts, kept };
};
