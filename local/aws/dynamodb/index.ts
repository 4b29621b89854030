import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../clock.ts';
import type { Injector } from '../../faults/index.ts';
import type { Template } from '../../template/model.ts';
import { jsonProtocol } from '../json-protocol.ts';
import type { Service } from '../service.ts';
import { dynamodbActions } from './actions.ts';
import { withCapacity } from './capacity.ts';
import { type Engine, startEngine } from './engine.ts';
import { keepReplicas } from './faults/replicas.ts';
import { withFaults } from './faults/with-faults.ts';
import { accesses } from './operations.ts';
import { startSweeper } from './sweeper.ts';
import { createTables, readTables } from './tables.ts';
import { connectUpstream, engineCredentials } from './upstream.ts';

export { startEngine } from './engine.ts';

export type DynamodbOptions = {
  template: Template;
  /** The folder for the data; in memory without one. */
  data: string | undefined;
  /** The URL of a running engine to use instead of the embedded one, for example AWS's DynamoDB Local. */
  engine: string | undefined;
  /** How long expired items stay, in milliseconds. */
  timeToLiveLag: number;
  clock: Clock;
  faults: Injector | undefined;
  report: (line: string) => void;
};

/** The template's tables, served by a DynamoDB engine. */
export const startDynamodb = async (options: DynamodbOptions): Promise<Service> => {
  const { template, data, clock, faults, report } = options;
  await using starting = new AsyncDisposableStack();
  const url = options.engine ?? starting.use(await startEmbedded(data)).url;

  const client = starting.adopt(
    new DynamoDBClient({ endpoint: url, region: template.region, credentials: engineCredentials }),
    async (one) => one.destroy(),
  );
  const tables = readTables(template);
  await createTables(client, tables);
  const upstream = starting.use(connectUpstream(url, template.region));
  const failed = (what: string) => (error: unknown) => report(`${what} failed: ${String(error)}`);
  const source = { source: upstream, region: template.region, tables, clock };
  const replicas =
    faults && starting.use(keepReplicas(faults, { ...source, onError: failed('Copying for stale reads') }));
  const sweeping = { client, tables, clock, lag: options.timeToLiveLag, onError: failed('Deleting expired items') };
  const deleted = (table: string, key: Key) => replicas?.noteKey({ table, key: onWire(key) });
  starting.use(startSweeper({ ...sweeping, deleted }));
  const handle = withCapacity(upstream.send);

  const running = starting.move();
  return {
    name: 'dynamodb',
    protocol: jsonProtocol('DynamoDB_20120810', '1.0'),
    operations: [...accesses.keys()],
    actions: dynamodbActions(template, tables),
    handle: faults && replicas ? withFaults(handle, faults, replicas) : handle,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const startEmbedded = async (data: string | undefined): Promise<Engine> => {
  if (data === undefined) return startEngine({ file: undefined });
  await mkdir(data, { recursive: true });
  return startEngine({ file: join(data, 'dynamodb.sqlite') });
};

type Key = Record<string, AttributeValue>;

/** The SDK has binary values as bytes, the wire as base64. */
const onWire = (key: Key): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(key).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
    ]),
  );
