import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { makeFolder, makeTable, makeTemplate, startTestAws } from './aws.fixture.ts';

const item = { pk: { S: 'alice' }, sk: { S: '1' }, body: { B: new Uint8Array([1, 2, 3]) } };
const index = {
  IndexName: 'bySk',
  KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
};

test('the tables of the template exist with their keys, indexes and time to live', async () => {
  const table = makeTable('Notes', { GlobalSecondaryIndexes: [index], BillingMode: 'PAY_PER_REQUEST', Replicas: [] });
  await using aws = await startTestAws(makeTemplate(table));
  const client = aws.dynamodb();
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Notes' }));
  expect(Table).toMatchObject({ KeySchema: table.properties['KeySchema'], GlobalSecondaryIndexes: [index] });
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'Notes' }));
  expect(TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
});

test('a table that is given no name is called after its stack and its logical id', async () => {
  const { TableName: _, ...properties } = makeTable('Notes').properties;
  const table = { id: 'Notes4F2A', type: 'AWS::DynamoDB::Table', properties };
  await using aws = await startTestAws(makeTemplate(table));
  const { TableNames } = await aws.dynamodb().send(new ListTablesCommand({}));
  expect(TableNames).toEqual(['Test-Notes4F2A']);
});

test('a table keeps its items across a restart on the same data folder', async () => {
  await using folder = await makeFolder();
  const template = makeTemplate(makeTable('Notes'));
  {
    await using aws = await startTestAws(template, { data: folder.path });
    await aws.dynamodb().send(new PutItemCommand({ TableName: 'Notes', Item: item }));
  }
  await using aws = await startTestAws(template, { data: folder.path });
  const { Items } = await aws.dynamodb().send(new ScanCommand({ TableName: 'Notes' }));
  expect(Items).toEqual([item]);
});

test('a stored table whose keys are not those of the template is refused with the remedy', async () => {
  await using folder = await makeFolder();
  {
    await using _aws = await startTestAws(makeTemplate(makeTable('Notes')), { data: folder.path });
  }
  const changed = makeTemplate(makeTable('Notes', { GlobalSecondaryIndexes: [index] }));
  await expect(startTestAws(changed, { data: folder.path })).rejects.toThrow(
    'The stored table Notes has the keys (pk, sk), the template wants (pk, sk) bySk(sk). Remove the data folder',
  );
});

test('two clouds on one machine do not meet', async () => {
  const template = makeTemplate(makeTable('Notes'));
  await using here = await startTestAws(template);
  await using there = await startTestAws(template);
  await here.dynamodb().send(new PutItemCommand({ TableName: 'Notes', Item: item }));
  expect((await there.dynamodb().send(new ScanCommand({ TableName: 'Notes' }))).Count).toBe(0);
  const stranger = new DynamoDBClient({ endpoint: there.url, region: 'us-east-1', credentials: here.operator });
  await expect(stranger.send(new ListTablesCommand({}))).rejects.toThrow('The security token included');
  stranger.destroy();
});
