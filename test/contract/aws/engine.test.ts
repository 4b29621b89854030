import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { type Engine, startEngine } from '../../../local/aws/dynamodb/engine.ts';
import { makeFolder, makeTable, makeTemplate, startTestAws } from './aws.fixture.ts';

const connect = ({ url }: Pick<Engine, 'url'>) =>
  new DynamoDBClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

const createTable = new CreateTableCommand({
  TableName: 'Notes',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
});

const stored = async (client: DynamoDBClient): Promise<Set<string>> => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'Notes' }));
  return new Set(Items.map(({ pk }) => pk?.S ?? ''));
};

const ended = ({ url }: Pick<Engine, 'url'>) =>
  vi.waitFor(() => expect(fetch(url)).rejects.toThrow('fetch failed'), { timeout: 5000 });

test('a kill -9 of the engine loses nothing acknowledged and halves no transaction', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'data.sqlite');
  await using first = await startEngine({ file });
  const client = connect(first);
  await client.send(createTable);

  const acknowledged: string[] = [];
  const write = async (writer: number) => {
    for (let index = 0; ; index += 1) {
      const pair = [`${writer}-${index}-a`, `${writer}-${index}-b`];
      const puts = pair.map((pk) => ({ Put: { TableName: 'Notes', Item: { pk: { S: pk } } } }));
      await client.send(new TransactWriteItemsCommand({ TransactItems: puts }));
      acknowledged.push(...pair);
      if (acknowledged.length === 100) process.kill(first.pid, 'SIGKILL');
    }
  };
  await Promise.allSettled([0, 1, 2, 3].map(write));
  client.destroy();

  await using second = await startEngine({ file });
  const after = await stored(connect(second));
  expect(acknowledged.length).toBeGreaterThanOrEqual(100);
  expect(acknowledged.filter((pk) => !after.has(pk))).toEqual([]);
  expect([...after].filter((pk) => !after.has(pk.replace(/.$/, (end) => (end === 'a' ? 'b' : 'a'))))).toEqual([]);
});

test('the engine of a killed cloud ends with it', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'data.sqlite');
  const engine = new URL('../../../local/aws/dynamodb/engine.ts', import.meta.url);
  const script = `
    const { startEngine } = await import(${JSON.stringify(engine.href)});
    const { url } = await startEngine({ file: ${JSON.stringify(file)} });
    process.stdout.write(url);
    setInterval(() => {}, 1000);`;
  const cloud = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = String(await once(cloud.stdout, 'data'));
  expect((await fetch(url)).status).toBe(200);

  cloud.kill('SIGKILL');
  await ended({ url });
  await using next = await startEngine({ file });
  expect((await fetch(next.url)).status).toBe(200);
});

test('an engine that still runs on the same data blocks and corrupts nothing', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'data.sqlite');
  await using stale = await startEngine({ file });
  await connect(stale).send(createTable);
  await using engine = await startEngine({ file });
  const clients = [connect(stale), connect(engine)];
  const keys = Array.from({ length: 100 }, (_, index) => String(index));
  const puts = keys.flatMap((pk, index) => {
    const put = new PutItemCommand({ TableName: 'Notes', Item: { pk: { S: pk } } });
    return clients[index % 2]?.send(put) ?? [];
  });
  await Promise.all(puts);
  process.kill(stale.pid, 'SIGKILL');
  expect(await stored(connect(engine))).toEqual(new Set(keys));
});

test('disposing ends the engine, and twice is once', async () => {
  const engine = await startEngine({ file: undefined });
  await engine[Symbol.asyncDispose]();
  await expect(fetch(engine.url)).rejects.toThrow('fetch failed');
  await engine[Symbol.asyncDispose]();
});

test('an engine that cannot open its file says so', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'missing', 'data.sqlite');
  await expect(startEngine({ file })).rejects.toThrow(`The DynamoDB engine did not start: error`);
});

test('an endpoint without its engine answers InternalServerError', async () => {
  const engine = await startEngine({ file: undefined });
  await using aws = await startTestAws(makeTemplate(makeTable('Notes')), { engine: engine.url });
  await engine[Symbol.asyncDispose]();
  const scan = aws.dynamodb().send(new ScanCommand({ TableName: 'Notes' }));
  const message: unknown = expect.stringContaining(engine.url);
  await expect(scan).rejects.toMatchObject({
    name: 'InternalServerError',
    message,
  });
});
