import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { DeviceAddress, Envelope } from '#protocol';
import { EnvelopeId, limits, Traceparent } from '#protocol';
import { withoutLogger } from './without-logger.ts';

/** An envelope on its way to one device; `expires` is in milliseconds since 1970. */
export type Mail = { to: DeviceAddress; envelope: Envelope; expires: number };

type Writes = NonNullable<NonNullable<BatchWriteCommandInput['RequestItems']>[string]>;

const Item = z.object({
  sk: EnvelopeId,
  body: z.instanceof(Uint8Array),
  at: z.int(),
  urgent: z.optional(z.boolean()),
  traceparent: z.optional(Traceparent),
  ttl: z.int(),
});

/** What BatchWriteItem takes at most. */
const batchSize = 25;
const attempts = 6;
const firstWait = 25;

const chunksOf = <T>(values: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));

const toItem = ({ to, envelope, expires }: Mail) => ({
  pk: to,
  sk: envelope.id,
  body: Buffer.from(envelope.body, 'base64url'),
  at: envelope.at,
  ...(envelope.urgent === true && { urgent: true }),
  ...(envelope.traceparent !== undefined && { traceparent: envelope.traceparent }),
  ttl: Math.ceil(expires / 1000),
});

const toEnvelope = ({ sk, body, at, urgent, traceparent }: z.infer<typeof Item>): Envelope => ({
  id: sk,
  body: Buffer.from(body).toString('base64url'),
  at,
  ...(urgent === true && { urgent }),
  ...(traceparent !== undefined && { traceparent }),
});

/** An envelope's size in a frame, in bytes: its JSON is plain ASCII. */
export const sizeOf = (envelope: Envelope): number => JSON.stringify(envelope).length + 1;

/** What a frame leaves for envelopes when the rest of its JSON has been counted generously. */
export const room = limits.frame - 512;

type PageWanted = { after: EnvelopeId | undefined; limit: number; now: number };
type Span = { from: EnvelopeId; to: EnvelopeId; at: number };
type Range = { condition: string; values: Record<string, string> };
const wholeMailbox: Range = { condition: 'pk = :pk', values: {} };
const behind = (last: EnvelopeId | undefined): Range =>
  last === undefined ? wholeMailbox : { condition: 'pk = :pk AND sk > :after', values: { ':after': last } };

/** How many envelopes are read first, when nobody knows how large they are, and how often it is read for one page. */
const firstRead = 2;
const mostReads = 8;

export type Page = { envelopes: Envelope[]; next: EnvelopeId | undefined; expired: EnvelopeId[] };

/** The `Mailboxes` table: what each device has not acknowledged yet, in a partition of its own. */
export const createMailboxes = (table: string) => {
  const client = DynamoDBDocumentClient.from(withoutLogger(new DynamoDBClient()));

  /** Writes in requests of 25 at once, tries again with full jitter what was left over; gives what never got through. */
  const write = async (writes: Writes): Promise<Writes> => {
    let left = writes;
    for (let attempt = 0; left.length > 0 && attempt < attempts; attempt += 1) {
      if (attempt > 0) await delay(Math.random() * firstWait * 2 ** attempt);
      const answers = await Promise.all(
        chunksOf(left, batchSize).map((chunk) =>
          client.send(new BatchWriteCommand({ RequestItems: { [table]: chunk } })),
        ),
      );
      left = answers.flatMap(({ UnprocessedItems }) => UnprocessedItems?.[table] ?? []);
    }
    return left;
  };

  /** Items of a device's mailbox, oldest first, and whether there may be more. */
  const read = async (device: DeviceAddress, { condition, values, limit }: Range & { limit: number }) => {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: condition,
        ExpressionAttributeValues: { ':pk': device, ...values },
        Limit: limit,
      }),
    );
    return { items: Items.map((raw) => Item.parse(raw)), more: LastEvaluatedKey !== undefined };
  };

  return {
    /** Stores all that it can; gives the ids of envelopes of which any copy could not be stored. */
    store: async (mail: readonly Mail[]): Promise<ReadonlySet<EnvelopeId>> => {
      const left = await write(mail.map((one) => ({ PutRequest: { Item: toItem(one) } })));
      return new Set(left.map(({ PutRequest }) => EnvelopeId.parse(PutRequest?.Item?.['sk'])));
    },

    /** Deletes what the device has acknowledged; ids that are not there are fine, and what fails is redelivered. */
    remove: async (device: DeviceAddress, envelopes: readonly EnvelopeId[]): Promise<void> => {
      await write([...new Set(envelopes)].map((sk) => ({ DeleteRequest: { Key: { pk: device, sk } } })));
    },

    /** What is left, and has not expired, of the envelopes from one id to another that came by then; at most a hundred. */
    between: async (device: DeviceAddress, { from, to, at }: Span, now: number): Promise<Mail[]> => {
      const range = { condition: 'pk = :pk AND sk BETWEEN :from AND :to', values: { ':from': from, ':to': to } };
      const { items } = await read(device, { ...range, limit: limits.batch });
      const left = items.filter((item) => item.at <= at && item.ttl * 1000 > now);
      return left.map((item) => ({ to: device, envelope: toEnvelope(item), expires: item.ttl * 1000 }));
    },

    /** When the oldest envelope expires that has not yet, in milliseconds since 1970; undefined when none is found. */
    oldest: async (device: DeviceAddress, now: number): Promise<number | undefined> => {
      let [range, limit] = [wholeMailbox, firstRead];
      for (let reads = 0; reads < mostReads; reads += 1) {
        const { items, more } = await read(device, { ...range, limit });
        const found = items.find(({ ttl }) => ttl * 1000 > now);
        if (found !== undefined || !more) return found && found.ttl * 1000;
        [range, limit] = [behind(items.at(-1)?.sk), limits.batch];
      }
      return undefined;
    },

    /**
     * Envelopes after `after`, oldest first: at most `limit` of them and at most a frame, by at most eight reads.
     * `next` if there may be more. Expired ones met on the way are given too: they are to be removed.
     */
    page: async (device: DeviceAddress, { after, limit, now }: PageWanted): Promise<Page> => {
      const page: Page = { envelopes: [], next: undefined, expired: [] };
      let [size, last, wanted] = [0, after, Math.min(firstRead, limit)];
      for (let reads = 0; reads < mostReads; reads += 1) {
        const { items, more } = await read(device, { ...behind(last), limit: wanted });
        for (const item of items) {
          const envelope = toEnvelope(item);
          const expired = item.ttl * 1000 <= now;
          size += expired ? 0 : sizeOf(envelope);
          if (size > room || page.envelopes.length === limit) return { ...page, next: last };
          if (expired) page.expired.push(item.sk);
          else page.envelopes.push(envelope);
          last = item.sk;
        }
        if (!more) return page;
        // As many more as fill the frame, if they are as large as those before: what is read and not sent costs too.
        const count = page.envelopes.length;
        const fits = count === 0 ? limits.batch : Math.floor((room - size) / (size / count));
        wanted = Math.min(limit - count, fits);
        if (wanted < 1) break;
      }
      return { ...page, next: last };
    },
  };
};
export type Mailboxes = ReturnType<typeof createMailboxes>;
