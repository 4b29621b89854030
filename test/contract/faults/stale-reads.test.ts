import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { type MovableClock, standingClock } from '../../../local/movable-clock.ts';
import { makeTable } from '../aws/aws.fixture.ts';
import { type FaultyAws, itemOf, keyOf, startFaultyAws } from './faults.fixture.ts';

const TableName = 'Notes';

/** A cloud whose time stands still, so that nothing gets around by itself. */
const start = async (): Promise<FaultyAws & { clock: MovableClock }> => {
  const clock = standingClock();
  return { ...(await startFaultyAws([], { clock })), clock };
};

const put = ({ client }: FaultyAws, sk: string, text?: string) =>
  client.send(new PutItemCommand({ TableName, Item: itemOf(sk, text) }));

/** The text of an item, as an eventually consistent read has it, or a consistent one. */
const textOf = async ({ client }: FaultyAws, sk: string, ConsistentRead = false) => {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf(sk), ConsistentRead }));
  return Item?.['text']?.S;
};

const KeyCondition = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'a' } } };

/** What each way to read finds in the partition, as sort keys with their texts. */
const reads: Record<string, (aws: FaultyAws, ConsistentRead?: boolean) => Promise<string>> = {
  query: async ({ client }, ConsistentRead) =>
    told((await client.send(new QueryCommand({ TableName, ...KeyCondition, ConsistentRead }))).Items),
  scan: async ({ client }, ConsistentRead) =>
    told((await client.send(new ScanCommand({ TableName, ConsistentRead }))).Items),
  batch: async ({ client }, ConsistentRead) => {
    const Keys = ['1', '2', '3'].map(keyOf);
    const RequestItems = { [TableName]: { Keys, ConsistentRead } };
    return told((await client.send(new BatchGetItemCommand({ RequestItems }))).Responses?.[TableName]);
  },
};

const told = (items: Record<string, { S?: string | undefined }>[] = []): string =>
  items
    .map(({ sk, text }) => `${sk?.S}=${text?.S}`)
    .toSorted()
    .join(' ');

test('a read without ConsistentRead sees what was there when the fault began, then what was written a second ago', async () => {
  await using aws = await start();
  await put(aws, '1', 'old');
  aws.faults.add({ kind: 'stale-read', milliseconds: 1000 });
  await put(aws, '1', 'new');
  expect(await textOf(aws, '1')).toBe('old');
  expect(await textOf(aws, '1', true)).toBe('new');
  expect(aws.faults.counts()['stale-read']).toBe(1);
  await aws.clock.advance(1000);
  await expect.poll(() => textOf(aws, '1')).toBe('new');
});

test.each(Object.keys(reads))('every way to write is late for a %s, and none for a consistent one', async (way) => {
  await using aws = await start();
  const read = reads[way] ?? expect.unreachable();
  await put(aws, '1', 'old');
  await put(aws, '2', 'old');
  aws.faults.add({ kind: 'stale-read', milliseconds: 1000 });
  expect(await read(aws)).toBe('1=old 2=old');
  const Update = { UpdateExpression: 'SET #text = :text', ExpressionAttributeNames: { '#text': 'text' } };
  const values = { ExpressionAttributeValues: { ':text': { S: 'updated' } } };
  await aws.client.send(new UpdateItemCommand({ TableName, Key: keyOf('1'), ...Update, ...values }));
  await aws.client.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Delete: { TableName, Key: keyOf('2') } },
        { Put: { TableName, Item: itemOf('3', 'new') } },
        { ConditionCheck: { TableName, Key: keyOf('1'), ConditionExpression: 'attribute_exists(pk)' } },
      ],
    }),
  );
  expect(await read(aws)).toBe('1=old 2=old');
  expect(await read(aws, true)).toBe('1=updated 3=new');
  await aws.clock.advance(1000);
  await expect.poll(() => read(aws)).toBe('1=updated 3=new');

  const requests = [{ DeleteRequest: { Key: keyOf('1') } }, { PutRequest: { Item: itemOf('2', 'again') } }];
  await aws.client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  await aws.client.send(new DeleteItemCommand({ TableName, Key: keyOf('3') }));
  expect(await read(aws)).toBe('1=updated 3=new');
  await aws.clock.advance(1000);
  await expect.poll(() => read(aws)).toBe('2=again');
});

test('of several writes to an item the last is what remains', async () => {
  await using aws = await start();
  aws.faults.add({ kind: 'stale-read', milliseconds: 1000 });
  for (let version = 1; version <= 20; version += 1) await put(aws, '1', String(version));
  expect(await textOf(aws, '1')).toBeUndefined();
  await aws.clock.advance(1000);
  await expect.poll(() => textOf(aws, '1')).toBe('20');
});

test('as many reads are stale as the rate says, and none after the fault', async () => {
  await using aws = await start();
  const fault = aws.faults.add({ kind: 'stale-read', milliseconds: 1000, rate: 0.5 });
  await put(aws, '1', 'new');
  const seen = [];
  for (let read = 0; read < 40; read += 1) seen.push(await textOf(aws, '1'));
  const stale = seen.filter((text) => text === undefined).length;
  expect(stale).toBe(aws.faults.counts()['stale-read']);
  expect(stale).toBeGreaterThan(8);
  expect(stale).toBeLessThan(32);
  fault[Symbol.dispose]();
  for (let read = 0; read < 10; read += 1) expect(await textOf(aws, '1')).toBe('new');
});

test('what expired is gone from stale reads too', async () => {
  const clock = standingClock(Date.UTC(2026, 0, 1));
  await using aws = await startFaultyAws([], { clock });
  const ttl = { N: String(clock.now() / 1000) };
  await aws.client.send(new PutItemCommand({ TableName, Item: { ...itemOf('1', 'short'), ttl } }));
  aws.faults.add({ kind: 'stale-read', milliseconds: 1000 });
  expect(await textOf(aws, '1')).toBe('short');
  await clock.advance(30_000);
  await expect.poll(() => textOf(aws, '1', true)).toBeUndefined();
  expect(await textOf(aws, '1')).toBe('short');
  await clock.advance(1000);
  await expect.poll(() => textOf(aws, '1')).toBeUndefined();
});

test('many items and binary keys are copied as they are, and nobody sees another table', async () => {
  const binary = {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'B' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    TimeToLiveSpecification: { Enabled: false },
  };
  const clock = standingClock();
  await using aws = await startFaultyAws([makeTable('Blobs', binary)], { clock });
  const id = { B: Buffer.from([0, 255, 128]) };
  const blob = (text: string) => new PutItemCommand({ TableName: 'Blobs', Item: { id, text: { S: text } } });
  const big = 'x'.repeat(100_000);
  // More than one page of a scan.
  for (let index = 10; index < 25; index += 1) await put(aws, String(index), big);
  await aws.client.send(blob('old'));
  aws.faults.add({ kind: 'stale-read', milliseconds: 1000 });
  await aws.client.send(blob('new'));
  const read = async () =>
    (await aws.client.send(new GetItemCommand({ TableName: 'Blobs', Key: { id } }))).Item?.['text']?.S;
  expect(await read()).toBe('old');
  expect(await textOf(aws, '24')).toBe(big);
  await clock.advance(1000);
  await expect.poll(read).toBe('new');
  expect((await aws.client.send(new ListTablesCommand({}))).TableNames).toEqual(['Blobs', 'Notes']);
});
