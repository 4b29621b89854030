import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { DeviceAddress, Envelope } from '#protocol';
import { EnvelopeId, limits } from '#protocol';

/** An envelope on its way to one device; `expires` is in milliseconds since 1970. */
export type Mail = { to: DeviceAddress; envelope: Envelope; expires: number };

type Writes = NonNullable<NonNullable<BatchWriteCommandInput['RequestItems']>[string]>;

const Item = z.object({
  sk: EnvelopeId,
  body: z.instanceof(Uint8Array),
  at: z.int(),
  urgent: z.optional(z.boolean()),
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
  ttl: Math.ceil(expires / 1000),
});

const toEnvelope = ({ sk, body, at, urgent }: z.infer<typeof Item>): Envelope => ({
  id: sk,
  body: Buffer.from(body).toString('base64url'),
  at,
  ...(urgent === true && { urgent }),
});

/** An envelope's size in a frame, in bytes: its JSON is plain ASCII. */
export const sizeOf = (envelope: Envelope): number => JSON.stringify(envelope).length + 1;

/** What a frame leaves for envelopes when the rest of its JSON has been counted generously. */
export const room = limits.frame - 512;

export type Page = { envelopes: Envelope[]; next: EnvelopeId | undefined; expired: EnvelopeId[] };

/** The `Mailboxes` table: what each device has not acknowledged yet, in a partition of its own. */
export const createMailboxes = (table: string) => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient());

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

    /** Envelopes after `after`, oldest first: at most `limit` of them and at most a frame. `next` if there may be more. */
    page: async (
      device: DeviceAddress,
      { after, limit, now }: { after: EnvelopeId | undefined; limit: number; now: number },
    ): Promise<Page> => {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk > :after',
          ExpressionAttributeValues: { ':pk': device, ...(after !== undefined && { ':after': after }) },
          Limit: limit,
        }),
      );
      const page: Page = { envelopes: [], next: undefined, expired: [] };
      let size = 0;
      let last: EnvelopeId | undefined;
      for (const item of Items.map((raw) => Item.parse(raw))) {
        const envelope = toEnvelope(item);
        if (item.ttl * 1000 <= now) {
          page.expired.push(item.sk);
        } else {
          size += sizeOf(envelope);
          if (size > room) return { ...page, next: last };
          page.envelopes.push(envelope);
        }
        last = item.sk;
      }
      return { ...page, next: LastEvaluatedKey === undefined ? undefined : last };
    },
  };
};
export type Mailboxes = ReturnType<typeof createMailboxes>;
