import * as z from 'zod/mini';
import { type AccountId, fromBase64Url, MessageId, messageTime, toBase64Url } from '#protocol';
import { listRecords, readRecord, type Store } from '../store.ts';
import { memory } from './memory.ts';
import { isUnwanted, type OutgoingRecord } from './outgoing.ts';
import type { Kept } from './outgoing-records.ts';
import { Header, type Payload } from './streams/payload.ts';
import type { Range } from './streams/reception.ts';
import { again, answersTo, voided } from './streams/resend.ts';

const prefix = 'sent/';
const placePrefix = 'place/';

const SentRecord = z.object({ header: Header, body: z.string(), ttl: z.optional(z.int()) });
type SentRecord = z.infer<typeof SentRecord>;

const payloadOf = ({ header, body }: SentRecord): Payload => ({ header, content: fromBase64Url(body) });

/** What the store keeps of messages that are numbered, and where each stands in its streams. */
export const sentEntries = (messages: readonly Kept[]): Record<string, unknown> =>
  Object.fromEntries(
    messages.flatMap(({ message, record: { header, body, ttl } }): [string, unknown][] => [
      [prefix + message, { header, body, ttl } satisfies SentRecord],
      ...Object.entries(header.streams).map(([account, [number]]): [string, unknown] => [
        `${placePrefix}${account}/${number}`,
        message,
      ]),
    ]),
  );

/** The places that a message has been given, in this run or an earlier one. @throws `store_damaged` */
export const headerOfSent = async (store: Store, message: MessageId): Promise<Header | undefined> => {
  const header = (await readRecord(store, prefix + message, SentRecord))?.header;
  return header?.kind === 'message' ? header : undefined;
};

/** A payload on its way to one account alone. */
const alone = (payload: Payload, to: { account: AccountId; message: MessageId }): OutgoingRecord => {
  const { header, content } = again(payload, to);
  return { to: [to.account], body: toBase64Url(content), header, alone: true };
};

/** What this device has sent, for eight days: whoever lacks some of it asks for it again. */
export class Sent {
  readonly #store: Store;
  /** The server's time. */
  readonly #now: () => number;

  constructor({ store, now }: { store: Store; now: () => number }) {
    this.#store = store;
    this.#now = now;
  }

  /** What of the stream to an account goes again to it: as it was, or void when nobody wants it any more. */
  async answers(asker: AccountId, ranges: readonly Range[]): Promise<OutgoingRecord[]> {
    const places = await listRecords(this.#store, `${placePrefix}${asker}/`, MessageId);
    const byNumber = new Map(places.map(([number, message]) => [Number(number), message]));
    const messages = answersTo(ranges, [...byNumber.keys()]).flatMap((number) => byNumber.get(number) ?? []);
    const answers: OutgoingRecord[] = [];
    for (const message of messages) {
      const record = await readRecord(this.#store, prefix + message, SentRecord);
      if (record === undefined) continue;
      const payload = payloadOf(record);
      const wanted = isUnwanted(message, record, this.#now()) ? voided(payload) : payload;
      answers.push(alone(wanted, { account: asker, message }));
    }
    return answers;
  }

  /** Makes a message void that will never go out; gives what takes its place in each of its streams. */
  async void({ message, record }: Kept): Promise<OutgoingRecord[]> {
    const payload = voided(payloadOf(record));
    const body = toBase64Url(payload.content);
    await this.#store.put({ [prefix + message]: { header: payload.header, body } satisfies SentRecord });
    return Object.keys(record.header.streams).map((account) => alone(payload, { account, message }));
  }

  async forgetOld(): Promise<void> {
    const places = await listRecords(this.#store, placePrefix, MessageId);
    const old = places.filter(([, message]) => messageTime(message) < this.#now() - memory);
    const keys = old.flatMap(([place, message]) => [placePrefix + place, prefix + message]);
    if (keys.length > 0) await this.#store.delete([...new Set(keys)]);
  }
}
