/** Read and write units by the size of items: aws.amazon.com/dynamodb/pricing/on-demand, DDG23 WorkingWithItems. */
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callUsage } from '../../../local/meter/rules.ts';
import {
  allow,
  makeFunction,
  makeTable,
  makeTemplate,
  startTestAws,
  type TestAws,
  tableArn,
} from '../aws/aws.fixture.ts';

const TableName = 'Mailboxes';
let aws: TestAws;
beforeAll(async () => {
  const relay = makeFunction('Relay', [allow('dynamodb:*', tableArn(TableName))]);
  aws = await startTestAws(makeTemplate(makeTable(TableName), ...relay));
});
afterAll(() => aws[Symbol.asyncDispose]());

let keys = 0;
const newKey = () => {
  keys += 1;
  return { pk: { S: 'device' }, sk: { S: `${keys}`.padStart(4, '0') } };
};

/** An item of exactly so many bytes, names included. */
const itemOf = (size: number, key = newKey()): Record<string, AttributeValue> => ({
  ...key,
  body: { B: new Uint8Array(size - 'pkdevicesk0000body'.length) },
});

/** What the calls that somebody makes with the credentials of a function are billed as. */
const billed = async (call: (client: ReturnType<TestAws['dynamodb']>) => Promise<unknown>) => {
  const before = aws.calls.length;
  await call(aws.dynamodb('Relay'));
  const usages = aws.calls.slice(before).map(callUsage);
  return {
    reads: usages.reduce((sum, { readUnits = 0 }) => sum + readUnits, 0),
    writes: usages.reduce((sum, { writeUnits = 0 }) => sum + writeUnits, 0),
  };
};

const put = async (size: number) => {
  const key = newKey();
  await aws.dynamodb().send(new PutItemCommand({ TableName, Item: itemOf(size, key) }));
  return key;
};

test.each([
  [100, 1],
  [1024, 1],
  [1025, 2],
  [22_000, 22],
])('writing an item of %i bytes is %i WRU', async (size, writes) => {
  const units = await billed((client) => client.send(new PutItemCommand({ TableName, Item: itemOf(size) })));
  expect(units).toEqual({ reads: 0, writes });
});

test.each([
  [100, true, 1],
  [4096, true, 1],
  [4097, true, 2],
  [4097, false, 1],
  [100, false, 0.5],
])('reading an item of %i bytes, strongly consistent: %s, is %d RRU', async (size, ConsistentRead, reads) => {
  const Key = await put(size);
  const units = await billed((client) => client.send(new GetItemCommand({ TableName, Key, ConsistentRead })));
  expect(units).toEqual({ reads, writes: 0 });
});

test('a query is billed by the sum of what it reads', async () => {
  const pk = { S: 'asked' };
  for (const sk of ['1', '2', '3']) {
    await aws
      .dynamodb()
      .send(new PutItemCommand({ TableName, Item: { pk, sk: { S: sk }, body: { S: 'x'.repeat(1500) } } }));
  }
  const query = new QueryCommand({
    TableName,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
  });
  expect(await billed((client) => client.send(query))).toEqual({ reads: 2, writes: 0 });
});

test('a batch is billed write by write, also for deleting what is not there', async () => {
  const writes = [
    { PutRequest: { Item: itemOf(100) } },
    { PutRequest: { Item: itemOf(1500) } },
    { DeleteRequest: { Key: newKey() } },
  ];
  const batch = new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } });
  expect(await billed((client) => client.send(batch))).toEqual({ reads: 0, writes: 4 });
});

test('an update is billed by the whole item', async () => {
  const Key = await put(3000);
  const update = new UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression: 'SET urgent = :yes',
    ExpressionAttributeValues: { ':yes': { BOOL: true } },
  });
  expect(await billed((client) => client.send(update))).toEqual({ reads: 0, writes: 3 });
});

test('in a transaction everything is twice as dear', async () => {
  const Key = await put(100);
  const writing = new TransactWriteItemsCommand({
    TransactItems: [{ Put: { TableName, Item: itemOf(1500) } }, { Delete: { TableName, Key } }],
  });
  expect(await billed((client) => client.send(writing))).toEqual({ reads: 0, writes: 6 });
  const reading = new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: await put(4097) } }] });
  expect(await billed((client) => client.send(reading))).toEqual({ reads: 4, writes: 0 });
});

/** Puts an item where there is one already. */
const collide = (Item: Record<string, AttributeValue>) => (client: ReturnType<TestAws['dynamodb']>) =>
  expect(
    client.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' })),
  ).rejects.toThrow('conditional request failed');

test('a failed condition costs the larger of the item that is there and the one that was to be', async () => {
  const Key = await put(2500);
  expect(await billed(collide(itemOf(100, Key)))).toEqual({ reads: 0, writes: 3 });
  expect(await billed(collide(itemOf(4000, Key)))).toEqual({ reads: 0, writes: 4 });
});

test('a failed condition on an item that is not there costs 1 WRU', async () => {
  const deleting = new DeleteItemCommand({ TableName, Key: newKey(), ConditionExpression: 'attribute_exists(pk)' });
  const units = await billed((client) => expect(client.send(deleting)).rejects.toThrow('conditional request failed'));
  expect(units).toEqual({ reads: 0, writes: 1 });
});

test('unverified: a transaction that is cancelled costs what it would have cost, by its puts', async () => {
  const Key = await put(100);
  const writing = new TransactWriteItemsCommand({
    TransactItems: [
      { Put: { TableName, Item: itemOf(1500) } },
      { Delete: { TableName, Key, ConditionExpression: 'attribute_not_exists(pk)' } },
    ],
  });
  const units = await billed((client) => expect(client.send(writing)).rejects.toThrow('cancelled'));
  expect(units).toEqual({ reads: 0, writes: 6 });
});

test('a call that a policy refuses, or that is not valid, consumes nothing', async () => {
  const other = new PutItemCommand({ TableName: 'Directory', Item: itemOf(100) });
  expect(await billed((client) => expect(client.send(other)).rejects.toThrow('not authorized'))).toEqual({
    reads: 0,
    writes: 0,
  });
  const bad = new PutItemCommand({ TableName, Item: { pk: { S: '' }, sk: { S: '1' } } });
  expect(await billed((client) => expect(client.send(bad)).rejects.toThrow('empty'))).toEqual({ reads: 0, writes: 0 });
});

test('who did not ask for the consumed capacity does not get it, who asked does', async () => {
  const client = aws.dynamodb('Relay');
  const silent = await client.send(new PutItemCommand({ TableName, Item: itemOf(100) }));
  expect(silent.ConsumedCapacity).toBeUndefined();
  const asked = await client.send(
    new PutItemCommand({ TableName, Item: itemOf(1500), ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(asked.ConsumedCapacity).toMatchObject({ CapacityUnits: 2 });
});
