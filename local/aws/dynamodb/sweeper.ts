import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../clock.ts';
import type { Table } from './tables.ts';

export type SweeperOptions = {
  client: DynamoDBClient;
  tables: readonly Table[];
  clock: Clock;
  /** How long an item stays after it has expired, in milliseconds; the cloud's, typically, up to two days. */
  lag: number;
  /** Told of each item that it has deleted. */
  deleted: (table: string, key: Record<string, AttributeValue>) => void;
  onError: (error: unknown) => void;
};

const INTERVAL = 30_000;

/** A sweep reads whole tables: after one that took a second or more, there is none for so many times as long. */
const LONG = 1000;
const REST = 20;

/** DynamoDB leaves alone what expired more than five years ago, as such a time is likely no expiry time at all. */
const FIVE_YEARS = 5 * 365 * 24 * 3600;

/** Deletes what has expired, twice a minute or, from large tables, more seldom; no local engine does. */
export const startSweeper = (options: SweeperOptions): AsyncDisposable => {
  const { tables, clock, lag, onError } = options;
  if (!Number.isFinite(lag) || lag < 0) {
    throw new RangeError(`The time to live lags by 0 milliseconds or more, not by ${lag}: set timeToLiveLag so.`);
  }
  const expiring = tables.filter((table) => table.timeToLive !== undefined);
  let sweeping = Promise.resolve();
  let waiting = false;
  let restUntil = 0;
  const sweepAll = async () => {
    const began = performance.now();
    for (const table of expiring) await sweep(options, table, Math.floor((clock.now() - lag) / 1000));
    const took = performance.now() - began;
    if (took >= LONG) restUntil = performance.now() + REST * took;
  };
  const sweepNext = () => {
    // One that has yet to begin will find what has expired by then: days that are skipped cost no thousands of sweeps.
    if (waiting || performance.now() < restUntil) return;
    waiting = true;
    sweeping = sweeping
      .then(() => {
        waiting = false;
        return sweepAll();
      })
      .catch(onError);
  };
  const schedule = () =>
    clock.after(INTERVAL, () => {
      sweepNext();
      cancel = schedule();
    });
  let cancel = schedule();
  return {
    [Symbol.asyncDispose]: async () => {
      cancel();
      await sweeping;
    },
  };
};

/** Deletes the items of a table that expired before a time in seconds since 1970; one that was renewed stays. */
const sweep = async ({ client, deleted }: SweeperOptions, table: Table, now: number): Promise<void> => {
  const { name: TableName, timeToLive = '', KeySchema } = table;
  const keys = KeySchema.map(({ AttributeName }) => AttributeName);
  const expired = {
    ExpressionAttributeNames: { '#ttl': timeToLive },
    ExpressionAttributeValues: { ':now': seconds(now), ':past': seconds(now - FIVE_YEARS) },
  };
  const pages = paginateScan(
    { client },
    {
      TableName,
      ...expired,
      ExpressionAttributeNames: { '#ttl': timeToLive, ...aliases(keys) },
      FilterExpression: '#ttl BETWEEN :past AND :now',
      ProjectionExpression: Object.keys(aliases(keys)).join(', '),
    },
  );
  for await (const { Items = [] } of pages) {
    for (const Key of Items) {
      if (await deleteExpired(client, { TableName, Key, ...expired })) deleted(TableName, Key);
    }
  }
};

type Expired = {
  TableName: string;
  Key: Record<string, AttributeValue>;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, AttributeValue>;
};

/** Whether it was there, and still expired. */
const deleteExpired = async (client: DynamoDBClient, expired: Expired): Promise<boolean> => {
  try {
    await client.send(new DeleteItemCommand({ ...expired, ConditionExpression: '#ttl BETWEEN :past AND :now' }));
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return false;
  }
};

const seconds = (value: number): AttributeValue => ({ N: String(value) });

const aliases = (keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key, index) => [`#key${index}`, key]));
