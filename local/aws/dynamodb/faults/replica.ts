import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Clock } from '../../../clock.ts';
import type { Random } from '../../../faults/index.ts';
import { withCapacity } from '../capacity.ts';
import { startEngine } from '../engine.ts';
import { createTables, type Table } from '../tables.ts';
import { connectUpstream, engineCredentials, type Upstream } from '../upstream.ts';
import { wireCall } from './wire-call.ts';
import type { WrittenKey } from './written-keys.ts';

export type ReplicaOptions = {
  region: string;
  tables: readonly Table[];
  /** The engine that it copies. */
  source: Upstream;
  /** How long what is written may take to arrive, in milliseconds. */
  longest: number;
  random: Random;
  clock: Clock;
  onError: (error: unknown) => void;
};

export type Replica = AsyncDisposable & {
  /** Answers as of earlier, once it is filled. Rejects when the replica could not be made. */
  handle: ReturnType<typeof withCapacity>;
  /** Resolves when it holds what the tables held as it began. */
  filled: Promise<void>;
  /** To be told of each item that was written. */
  note: (written: WrittenKey) => void;
};

/**
 * The tables as they were up to a while ago, in an engine of their own: so that requests, answers and names are the
 * same. Each written item is copied, as it then is, after a random lag.
 */
export const startReplica = (options: ReplicaOptions): Replica => {
  const { source, longest, random, clock, onError } = options;
  const stack = new AsyncDisposableStack();
  const opening = open(options, stack);
  const opened = () => opening;
  const filled = opening.then((upstream) => fill(options, upstream));
  // Whoever waits for it is told.
  filled.catch(() => undefined);

  const timers = new Set<() => void>();
  /** The last copy of each item: one after the other, so that an older one never comes last. */
  const copies = new Map<string, Promise<void>>();
  const copy = async ({ table: TableName, key: Key }: WrittenKey): Promise<void> => {
    const upstream = await opening;
    const { Item } = z.parse(Found, await wireCall(source, 'GetItem', { TableName, Key, ConsistentRead: true }));
    if (Item === undefined) await wireCall(upstream, 'DeleteItem', { TableName, Key });
    else await wireCall(upstream, 'PutItem', { TableName, Item });
  };
  const arrive = (written: WrittenKey): void => {
    const id = JSON.stringify(written);
    const done = (copies.get(id) ?? filled).then(() => copy(written)).catch(onError);
    copies.set(id, done);
    void done.then(() => copies.get(id) === done && copies.delete(id));
  };
  const reads = new Set<Promise<unknown>>();
  return {
    handle: async (request) => {
      const answer = filled.then(opened).then(({ send }) => withCapacity(send)(request));
      reads.add(answer);
      return answer.finally(() => reads.delete(answer));
    },
    filled,
    note: (written) => {
      const cancel = clock.after(random() * longest, () => {
        timers.delete(cancel);
        arrive(written);
      });
      timers.add(cancel);
    },
    [Symbol.asyncDispose]: async () => {
      for (const cancel of timers) cancel();
      await Promise.allSettled([filled, ...copies.values(), ...reads]);
      await stack.disposeAsync();
    },
  };
};

const Found = z.object({ Item: z.optional(z.unknown()) });
const Page = z.object({ Items: z.array(z.unknown()), LastEvaluatedKey: z.optional(z.unknown()) });

const open = async ({ region, tables }: ReplicaOptions, stack: AsyncDisposableStack): Promise<Upstream> => {
  const { url } = stack.use(await startEngine({ file: undefined }));
  const client = new DynamoDBClient({ endpoint: url, region, credentials: engineCredentials });
  await createTables(client, tables).finally(() => client.destroy());
  return stack.use(connectUpstream(url, region));
};

const fill = async (options: ReplicaOptions, upstream: Upstream): Promise<void> => {
  for (const { name } of options.tables) await fillTable(options.source, upstream, { TableName: name });
};

type Scan = { TableName: string; ExclusiveStartKey?: unknown };

const fillTable = async (source: Upstream, upstream: Upstream, scan: Scan): Promise<void> => {
  const page = z.parse(Page, await wireCall(source, 'Scan', { ...scan, ConsistentRead: true }));
  for (const Item of page.Items) await wireCall(upstream, 'PutItem', { TableName: scan.TableName, Item });
  const { LastEvaluatedKey: ExclusiveStartKey } = page;
  if (ExclusiveStartKey !== undefined) await fillTable(source, upstream, { ...scan, ExclusiveStartKey });
};
