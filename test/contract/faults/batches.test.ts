/** Parts of batches that are not done, and transactions that collide. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { failure, type FaultyAws, itemOf, keyOf, startFaultyAws } from './faults.fixture.ts';

const TableName = 'Notes';
const names = Array.from({ length: 25 }, (_, index) => String(index).padStart(2, '0'));
const writes: WriteRequest[] = names.map((sk) => ({ PutRequest: { Item: itemOf(sk) } }));

/** The sort keys that are in the table. */
const stored = async ({ onlooker }: FaultyAws): Promise<string[]> => {
  const { Items = [] } = await onlooker.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.map(({ sk }) => sk?.S ?? '').toSorted();
};

test('what of a batch was not written is handed back, and only that', async () => {
  await using aws = await startFaultyAws();
  aws.faults.add({ kind: 'unprocessed', operation: 'BatchWriteItem' });
  const { UnprocessedItems: left = {} } = await aws.client.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }),
  );
  const back = left[TableName]?.map(({ PutRequest }) => PutRequest?.Item?.['sk']?.S ?? '') ?? [];
  expect(back.length).toBeGreaterThan(0);
  expect(back.length).toBeLessThan(names.length);
  expect(await stored(aws)).toEqual(names.filter((name) => !back.includes(name)));
  expect(aws.faults.counts().unprocessed).toBe(1);
});

test('whoever asks again for what was handed back gets through, in spite of it', async () => {
  await using aws = await startFaultyAws();
  aws.faults.add({ kind: 'unprocessed', operation: 'BatchWriteItem', rate: 0.9 });
  let left: WriteRequest[] = writes;
  for (let attempt = 0; left.length > 0 && attempt < 100; attempt += 1) {
    const request = new BatchWriteItemCommand({ RequestItems: { [TableName]: left } });
    const answer = await aws.client.send(request).catch((error: unknown) => {
      expect(error).toMatchObject({ name: 'ProvisionedThroughputExceededException' });
      return { UnprocessedItems: { [TableName]: left } };
    });
    left = answer.UnprocessedItems?.[TableName] ?? [];
  }
  expect(await stored(aws)).toEqual(names);
});

test('a batch of which nothing can be done is refused (API Reference, BatchWriteItem and BatchGetItem)', async () => {
  await using aws = await startFaultyAws();
  aws.faults.add({ kind: 'unprocessed', operation: 'BatchWriteItem' });
  aws.faults.add({ kind: 'unprocessed', operation: 'BatchGetItem' });
  const RequestItems = { [TableName]: writes.slice(0, 1) };
  const exceeded = { name: 'ProvisionedThroughputExceededException', $metadata: { httpStatusCode: 400 } };
  expect(await failure(aws.client.send(new BatchWriteItemCommand({ RequestItems })))).toMatchObject(exceeded);
  expect(await stored(aws)).toEqual([]);
  const Keys = [keyOf('00')];
  const read = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } });
  expect(await failure(aws.client.send(read))).toMatchObject(exceeded);
});

test('keys that were not read are handed back with the options of their table', async () => {
  await using aws = await startFaultyAws();
  await aws.onlooker.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }));
  aws.faults.add({ kind: 'unprocessed', operation: 'BatchGetItem', times: 1 });
  const options = { ConsistentRead: true, ProjectionExpression: 'sk' };
  const read = (Keys: Record<string, { S: string }>[]) =>
    aws.client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { ...options, Keys } } }));
  const keys = names.map((sk) => ({ pk: { S: 'a' }, sk: { S: sk } }));
  const { Responses, UnprocessedKeys } = await read(keys);
  const left = UnprocessedKeys?.[TableName];
  expect(left).toMatchObject(options);
  const [done, back] = [Responses?.[TableName] ?? [], left?.Keys ?? []];
  expect(new Set([...done, ...back].map(({ sk }) => sk?.S))).toEqual(new Set(names));
  expect(done.length + back.length).toBe(names.length);
  expect(done.length).toBeLessThan(names.length);
  expect(done.length).toBeGreaterThan(0);
  expect(await read(keys)).toMatchObject({ UnprocessedKeys: {} });
});

const transaction = new TransactWriteItemsCommand({
  TransactItems: names.slice(0, 4).map((sk) => ({ Put: { TableName, Item: itemOf(sk) } })),
});

test('a transaction that collides is cancelled with a reason for each item, and nothing is written', async () => {
  await using aws = await startFaultyAws();
  using fault = aws.faults.add({ kind: 'transaction-conflict' });
  const error = await failure(aws.client.send(transaction));
  if (!(error instanceof TransactionCanceledException)) throw error;
  const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
  expect(codes).toHaveLength(4);
  expect(codes).toContain('TransactionConflict');
  expect(codes.filter((code) => code !== 'TransactionConflict').every((code) => code === 'None')).toBe(true);
  expect(error).toHaveProperty('message', expect.stringContaining(`[${codes.join(', ')}]`));
  expect(await stored(aws)).toEqual([]);
  fault[Symbol.dispose]();
  await aws.client.send(transaction);
  expect(await stored(aws)).toHaveLength(4);
  expect(aws.faults.counts()['transaction-conflict']).toBe(1);
});

test('a single write collides only where it was asked to, and so do the reads of a transaction', async () => {
  await using aws = await startFaultyAws();
  aws.faults.add({ kind: 'transaction-conflict', operation: 'UpdateItem' });
  aws.faults.add({ kind: 'transaction-conflict', operation: 'TransactGetItems' });
  await aws.client.send(new PutItemCommand({ TableName, Item: itemOf('1') }));
  await aws.client.send(transaction);
  expect(await failure(aws.client.send(new UpdateItemCommand({ TableName, Key: keyOf('1') })))).toMatchObject({
    name: 'TransactionConflictException',
    message: 'Transaction is ongoing for the item',
  });
  const read = new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: keyOf('1') } }] });
  expect(await failure(aws.client.send(read))).toMatchObject({
    CancellationReasons: [{ Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }],
  });
});
