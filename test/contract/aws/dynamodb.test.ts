/**
 * What the product's stores rely on. DYNAMODB_ENDPOINT runs the same claims against another engine, for example AWS's
 * DynamoDB Local.
 */
import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { makeTable, makeTemplate, startTestAws } from './aws.fixture.ts';

type Item = Record<string, AttributeValue>;

/** An empty table of its own for each test. */
const startTable = async (): Promise<AsyncDisposable & { client: DynamoDBClient; TableName: string }> => {
  const TableName = `Contract-${randomUUID()}`;
  const engine = process.env['DYNAMODB_ENDPOINT'];
  const aws = await startTestAws(makeTemplate(makeTable(TableName)), { engine });
  const client = aws.dynamodb();
  return {
    client,
    TableName,
    [Symbol.asyncDispose]: async () => {
      await client.send(new DeleteTableCommand({ TableName }));
      await aws[Symbol.asyncDispose]();
    },
  };
};

const keyOf = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** The error of a call that must fail. */
const failure = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call was expected to fail.');
};

test('a conditional put that fails returns the item that is there', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  const stored = { ...keyOf('a', '1'), owner: { S: 'first' } };
  const put = (owner: string) =>
    client.send(
      new PutItemCommand({
        TableName,
        Item: { ...keyOf('a', '1'), owner: { S: owner } },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  await put('first');
  const error = await failure(put('second'));
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect(error).toMatchObject({ Item: stored });
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf('a', '1'), ConsistentRead: true }));
  expect(Item).toEqual(stored);
});

test('of many conditional increments each gives out its own number', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  await client.send(
    new PutItemCommand({ TableName, Item: { ...keyOf('a', 'box'), next: { N: '0' }, count: { N: '5' } } }),
  );
  const claim = () =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: keyOf('a', 'box'),
        UpdateExpression: 'SET #next = #next + :one',
        ConditionExpression: '#next < #count',
        ExpressionAttributeNames: { '#next': 'next', '#count': 'count' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'UPDATED_OLD',
      }),
    );
  const claims = await Promise.allSettled(Array.from({ length: 8 }, claim));
  const given = claims.flatMap((one) =>
    one.status === 'fulfilled' ? [Number(one.value.Attributes?.['next']?.N)] : [],
  );
  expect(given.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  const refused = claims.filter((one) => one.status === 'rejected');
  expect(refused.every(({ reason }) => reason instanceof ConditionalCheckFailedException)).toBe(true);
});

test('a conditional delete leaves a newer item', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  await client.send(new PutItemCommand({ TableName, Item: { ...keyOf('a', '1'), connection: { S: 'new' } } }));
  const remove = (connection: string) =>
    client.send(
      new DeleteItemCommand({
        TableName,
        Key: keyOf('a', '1'),
        ConditionExpression: '#connection = :connection',
        ExpressionAttributeNames: { '#connection': 'connection' },
        ExpressionAttributeValues: { ':connection': { S: connection } },
      }),
    );
  expect(await failure(remove('old'))).toBeInstanceOf(ConditionalCheckFailedException);
  await remove('new');
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf('a', '1'), ConsistentRead: true }));
  expect(Item).toBeUndefined();
});

test('a cancelled transaction gives a reason for each action, and writes none', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  const taken = { ...keyOf('a', 'taken'), owner: { S: 'first' } };
  await client.send(new PutItemCommand({ TableName, Item: taken }));
  const put = (sk: string) => ({
    Put: {
      TableName,
      Item: keyOf('a', sk),
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  });
  const error = await failure(
    client.send(new TransactWriteItemsCommand({ TransactItems: [put('free'), put('taken')] })),
  );
  expect(error).toBeInstanceOf(TransactionCanceledException);
  expect(error).toMatchObject({
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: taken }],
  });
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf('a', 'free'), ConsistentRead: true }));
  expect(Item).toBeUndefined();
});

test('a transaction writes all of its puts, updates, deletes and checks', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  await client.send(new PutItemCommand({ TableName, Item: keyOf('a', 'gone') }));
  await client.send(new PutItemCommand({ TableName, Item: keyOf('a', 'there') }));
  const Update = {
    TableName,
    Key: keyOf('a', 'counted'),
    UpdateExpression: 'ADD n :n',
    ExpressionAttributeValues: { ':n': { N: '2' } },
  };
  const ConditionCheck = { TableName, Key: keyOf('a', 'there'), ConditionExpression: 'attribute_exists(pk)' };
  await client.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: keyOf('a', 'new') } },
        { Update },
        { Delete: { TableName, Key: keyOf('a', 'gone') } },
        { ConditionCheck },
      ],
    }),
  );
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'a' } } };
  const { Items } = await client.send(new QueryCommand({ TableName, ...query, ConsistentRead: true }));
  expect(Items).toEqual([{ ...keyOf('a', 'counted'), n: { N: '2' } }, keyOf('a', 'new'), keyOf('a', 'there')]);
});

test('a transaction repeated with its token is written once', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  const Update = {
    TableName,
    Key: keyOf('a', '1'),
    UpdateExpression: 'ADD n :n',
    ExpressionAttributeValues: { ':n': { N: '1' } },
  };
  const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Update }], ClientRequestToken: randomUUID() });
  await client.send(transaction);
  await client.send(transaction);
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf('a', '1'), ConsistentRead: true }));
  expect(Item?.['n']).toEqual({ N: '1' });
});

const batchOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    PutRequest: { Item: keyOf('a', `key#${String(index).padStart(2, '0')}`) },
  }));

test('a batch of 25 writes is accepted, one of 26 is refused whole', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  const tooMany = new BatchWriteItemCommand({ RequestItems: { [TableName]: batchOf(26) } });
  await expect(client.send(tooMany)).rejects.toMatchObject({ name: 'ValidationException' });
  const query = new QueryCommand({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: 'a' } },
    Select: 'COUNT',
  });
  expect((await client.send(query)).Count).toBe(0);

  const { UnprocessedItems } = await client.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: batchOf(25) } }),
  );
  expect(UnprocessedItems ?? {}).toEqual({});
  expect((await client.send(query)).Count).toBe(25);
});

test('a batch that names one key twice is refused', async () => {
  await using table = await startTable();
  const twice = { RequestItems: { [table.TableName]: [...batchOf(1), ...batchOf(1)] } };
  await expect(table.client.send(new BatchWriteItemCommand(twice))).rejects.toMatchObject({
    name: 'ValidationException',
  });
});

test('a query gives a partition in the byte order of its sort keys, and backwards', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  const sortKeys = ['~block', 'account', 'device#1', 'device#10', 'device#2', 'Éclair'];
  const expected = sortKeys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const sk of sortKeys) await client.send(new PutItemCommand({ TableName, Item: keyOf('a', sk) }));
  await client.send(new PutItemCommand({ TableName, Item: keyOf('b', 'account') }));
  const query = async (forward: boolean) => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'a' } },
        ScanIndexForward: forward,
      }),
    );
    return Items.map(({ sk }) => sk?.S);
  };
  expect(await query(true)).toEqual(expected);
  expect(await query(false)).toEqual(expected.toReversed());
});

test('a key range holds what lies between its ends, and them', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  for (const sk of ['account', 'device#1', 'device#9', '~block#x']) {
    await client.send(new PutItemCommand({ TableName, Item: keyOf('a', sk) }));
  }
  const { Items } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': { S: 'a' }, ':from': { S: 'account' }, ':to': { S: 'device#9' } },
      ConsistentRead: true,
    }),
  );
  expect(Items?.map(({ sk }) => sk?.S)).toEqual(['account', 'device#1', 'device#9']);
});

test('pages of a query meet every item once, in order, also after their last item is deleted', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: batchOf(20) } }));
  const met: string[] = [];
  let next: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'a' } },
        Limit: 6,
        ExclusiveStartKey: next,
      }),
    );
    met.push(...(page.Items ?? []).map(({ sk }) => sk?.S ?? ''));
    next = page.LastEvaluatedKey;
    if (next !== undefined) await client.send(new DeleteItemCommand({ TableName, Key: next }));
  } while (next !== undefined);
  expect(met).toEqual(batchOf(20).map(({ PutRequest }) => PutRequest.Item['sk']?.S));
});

test('a page ends before 1 MB of items', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  for (const sk of ['1', '2', '3', '4', '5']) {
    await client.send(
      new PutItemCommand({ TableName, Item: { ...keyOf('a', sk), body: { B: new Uint8Array(300_000) } } }),
    );
  }
  const page = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'a' } },
    }),
  );
  expect(page.Count).toBeLessThan(5);
  expect(page.LastEvaluatedKey).toEqual(page.Items?.map(({ pk, sk }) => ({ pk, sk })).at(-1));
});

test('binary attributes come back byte for byte', async () => {
  await using table = await startTable();
  const { client, TableName } = table;
  const body = { B: Uint8Array.from({ length: 256 }, (_, byte) => byte) };
  await client.send(new PutItemCommand({ TableName, Item: { ...keyOf('a', '1'), body } }));
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyOf('a', '1') }));
  expect(Item?.['body']).toEqual(body);
});

test('an item over 400 KB is refused', async () => {
  await using table = await startTable();
  const Item = { ...keyOf('a', '1'), body: { B: new Uint8Array(410 * 1024) } };
  const put = table.client.send(new PutItemCommand({ TableName: table.TableName, Item }));
  await expect(put).rejects.toMatchObject({ name: 'ValidationException' });
});
