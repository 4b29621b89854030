import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
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
  /** The table in which they were left. In one that this was restored to, they may have been given out since. */
  table: z.optional(z.string()),
  lastResort: z.optional(blob),
  /** What was published lately: a repeat of it is none. */
  published: z._default(z.array(z.string()), []),
});
const Key = z.object({ blob });

/** A device publishes one batch after another: what comes again is one of the last. */
const remembered = 8;

type Publication = { lastResort: string | undefined; oneTime: readonly string[] };
/** `blob`: undefined where there is no key. `lost`: there are no one-time keys, and the device may not know it. */
type Claimed = { blob: string | undefined; oneTime: boolean; available: number; lost: boolean };

const toBinary = (text: string) => Buffer.from(text, 'base64url');

/** The keys that devices have left for those who want to write to them. */
export const keyBoxStore = (client: DynamoDBDocumentClient, table: string) => {
  const read = async (device: DeviceAddress): Promise<z.infer<typeof Box>> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, ConsistentRead: true, Key: keys.keyBox(device) }),
    );
    return Box.parse(Item ?? { next: 0, end: 0 });
  };

  /** Takes the next number out of the box; undefined when there is none. */
  const take = async (device: DeviceAddress) => {
    const written = await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.keyBox(device),
          UpdateExpression: 'ADD #next :one',
          ConditionExpression: '#next < #end AND #table = :table',
          ExpressionAttributeNames: { '#next': 'next', '#end': 'end', '#table': 'table' },
          ExpressionAttributeValues: { ':one': 1, ':table': table },
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
        const isHere = box.table === table;
        const next = isHere ? box.next : box.end;
        const available = box.end - next;
        // Wherever that was: what was left in another table may have been given out there.
        if (box.published.includes(published)) return available;
        if (available + oneTime.length > limits.keysHeld) return undefined;
        const end = box.end + oneTime.length;
        // Meanwhile others take keys: only where they cannot is it known what is next.
        const start = isHere ? '#next' : ':seen';
        const kept = lastResort === undefined ? '' : ', lastResort = :lastResort';
        const done = await transact(client, [
          {
            Update: {
              TableName: table,
              Key: keys.keyBox(device),
              UpdateExpression: `SET #end = :end, #next = ${start}, #table = :table, published = :published${kept}`,
              ConditionExpression: 'attribute_not_exists(pk) OR #end = :seen',
              ExpressionAttributeNames: { '#next': 'next', '#end': 'end', '#table': 'table' },
              ExpressionAttributeValues: {
                ':end': end,
                ':table': table,
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
     * One key of the device, if there is any, and how many one-time keys are left. A one-time key is given out by its
     * number, which nobody gets twice, and deleted as it is read: what is lost on the way is lost, never given again.
     */
    claimKey: async (device: DeviceAddress): Promise<Claimed> => {
      const box = await take(device);
      if (box === undefined) {
        const { lastResort: blob, table: home } = await read(device);
        return { blob, oneTime: false, available: 0, lost: home !== table };
      }
      const { Attributes } = await client.send(
        new DeleteCommand({ TableName: table, Key: keys.oneTimeKey(device, box.next), ReturnValues: 'ALL_OLD' }),
      );
      const key = Key.safeParse(Attributes).data;
      const available = box.end - box.next - 1;
      return { blob: key?.blob ?? box.lastResort, oneTime: key !== undefined, available, lost: false };
    },

    /** Deletes whatever keys the device has left, void ones too; can be repeated. */
    forgetKeys: async (device: DeviceAddress): Promise<void> => {
      const { pk } = keys.keyBox(device);
      const all = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ProjectionExpression: 'pk, sk',
      };
      for await (const { Items = [] } of paginateQuery({ client }, all)) {
        await Promise.all(Items.map((Key) => client.send(new DeleteCommand({ TableName: table, Key }))));
      }
    },
  };
};
