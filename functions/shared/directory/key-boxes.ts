import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { DeviceAddress } from '#protocol';
import { hash, limits, toBase64Url, utf8 } from '#protocol';
import { ifConditionHolds } from './conditional.ts';
import { keys } from './keys.ts';
import { transact } from './transact.ts';

const blob = z.pipe(
  z.instanceof(Uint8Array),
  z.transform((bytes) => toBase64Url(bytes)),
);
/** One-time keys are numbered as they come: those from `next` up to `end`, `end` excepted, have not been given out. */
const Box = z.object({
  next: z.int(),
  end: z.int(),
  lastResort: z.optional(blob),
  /** What was published lately: a repeat of it is none. */
  published: z._default(z.array(z.string()), []),
});
const Key = z.object({ blob });

/** A device publishes one batch after another: what comes again is one of the last. */
const remembered = 8;

type Publication = { lastResort: string | undefined; oneTime: readonly string[] };
type Claimed = { blob: string; oneTime: boolean; available: number };

const toBinary = (text: string) => Buffer.from(text, 'base64url');

/** The keys that devices have left for those who want to write to them. */
export const keyBoxStore = (client: DynamoDBDocumentClient, table: string) => {
  const read = async (device: DeviceAddress): Promise<z.infer<typeof Box>> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, ConsistentRead: true, Key: keys.keyBox(device) }),
    );
    return Box.parse(Item ?? { next: 0, end: 0 });
  };

  const forget = (key: ReturnType<typeof keys.keyBox>) =>
    client.send(new DeleteCommand({ TableName: table, Key: key }));

  /** Takes the next number out of the box; undefined when there is none. */
  const take = async (device: DeviceAddress) => {
    const written = await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.keyBox(device),
          UpdateExpression: 'ADD #next :one',
          ConditionExpression: '#next < #end',
          ExpressionAttributeNames: { '#next': 'next', '#end': 'end' },
          ExpressionAttributeValues: { ':one': 1 },
          ReturnValues: 'ALL_OLD',
        }),
      ),
    );
    return written === undefined ? undefined : Box.parse(written.Attributes);
  };

  return {
    /**
     * Adds one-time keys and replaces the key of last resort, all or nothing; a repeat of a late publication adds
     * nothing. Gives how many are there then; undefined when they would be too many.
     */
    publishKeys: async (device: DeviceAddress, { lastResort, oneTime }: Publication): Promise<number | undefined> => {
      const published = hash(utf8(JSON.stringify([lastResort ?? null, oneTime])));
      for (;;) {
        const box = await read(device);
        const available = box.end - box.next;
        if (box.published.includes(published)) return available;
        if (available + oneTime.length > limits.keysHeld) return undefined;
        const end = box.end + oneTime.length;
        const kept = lastResort === undefined ? '' : ', lastResort = :lastResort';
        const done = await transact(client, [
          {
            Update: {
              TableName: table,
              Key: keys.keyBox(device),
              UpdateExpression: `SET #end = :end, #next = if_not_exists(#next, :zero), published = :published${kept}`,
              ConditionExpression: 'attribute_not_exists(pk) OR #end = :seen',
              ExpressionAttributeNames: { '#next': 'next', '#end': 'end' },
              ExpressionAttributeValues: {
                ':end': end,
                ':zero': 0,
                ':published': [published, ...box.published].slice(0, remembered),
                ':seen': box.end,
                ...(lastResort !== undefined && { ':lastResort': toBinary(lastResort) }),
              },
            },
          },
          ...oneTime.map((key, i) => ({
            Put: { TableName: table, Item: { ...keys.oneTimeKey(device, box.end + i), blob: toBinary(key) } },
          })),
        ]);
        // Otherwise the same device has published meanwhile, by another call.
        if (done) return available + oneTime.length;
      }
    },

    /**
     * One key of the device, and how many one-time keys are left. A one-time key is given out by its number, which
     * nobody gets twice, and deleted as it is read: what is lost on the way is lost, never given again.
     */
    claimKey: async (device: DeviceAddress): Promise<Claimed | undefined> => {
      const box = await take(device);
      if (box === undefined) {
        const { lastResort } = await read(device);
        return lastResort === undefined ? undefined : { blob: lastResort, oneTime: false, available: 0 };
      }
      const { Attributes } = await client.send(
        new DeleteCommand({ TableName: table, Key: keys.oneTimeKey(device, box.next), ReturnValues: 'ALL_OLD' }),
      );
      const key = Key.safeParse(Attributes).data;
      const available = box.end - box.next - 1;
      if (key !== undefined) return { blob: key.blob, oneTime: true, available };
      return box.lastResort === undefined ? undefined : { blob: box.lastResort, oneTime: false, available };
    },

    /** Deletes whatever keys the device has left; can be repeated. */
    forgetKeys: async (device: DeviceAddress): Promise<void> => {
      const { next, end } = await read(device);
      const numbers = Array.from({ length: end - next }, (_, i) => next + i);
      await Promise.all(numbers.map((number) => forget(keys.oneTimeKey(device, number))));
      // The box last: without it nobody would know of the others.
      await forget(keys.keyBox(device));
    },
  };
};
