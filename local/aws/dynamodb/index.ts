import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../clock.ts';
import type { Template } from '../../template/model.ts';
import { jsonProtocol } from '../json-protocol.ts';
import type { Service } from '../service.ts';
import { dynamodbActions } from './actions.ts';
import { withCapacity } from './capacity.ts';
import { type Engine, startEngine } from './engine.ts';
import { startSweeper } from './sweeper.ts';
import { createTables, readTables } from './tables.ts';
import { connectUpstream, engineCredentials } from './upstream.ts';

export type DynamodbOptions = {
  template: Template;
  /** The folder for the data; in memory without one. */
  data: string | undefined;
  /** The URL of a running engine to use instead of the embedded one, for example AWS's DynamoDB Local. */
  engine: string | undefined;
  /** How long expired items stay, in milliseconds. */
  timeToLiveLag: number;
  clock: Clock;
  report: (line: string) => void;
};

/** The template's tables, served by a DynamoDB engine. */
export const startDynamodb = async (options: DynamodbOptions): Promise<Service> => {
  const { template, data, clock, report } = options;
  await using starting = new AsyncDisposableStack();
  const url = options.engine ?? starting.use(await startEmbedded(data)).url;

  const client = starting.adopt(
    new DynamoDBClient({ endpoint: url, region: template.region, credentials: engineCredentials }),
    async (one) => one.destroy(),
  );
  const tables = readTables(template);
  await createTables(client, tables);
  const onError = (error: unknown) => report(`Deleting expired items failed: ${String(error)}`);
  starting.use(startSweeper({ client, tables, clock, lag: options.timeToLiveLag, onError }));
  const upstream = starting.use(connectUpstream(url, template.region));

  const running = starting.move();
  return {
    name: 'dynamodb',
    protocol: jsonProtocol('DynamoDB_20120810', '1.0'),
    actions: dynamodbActions(template, tables),
    handle: withCapacity(upstream.send),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const startEmbedded = async (data: string | undefined): Promise<Engine> => {
  if (data === undefined) return startEngine({ file: undefined });
  await mkdir(data, { recursive: true });
  return startEngine({ file: join(data, 'dynamodb.sqlite') });
};
