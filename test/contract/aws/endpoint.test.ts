import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { ListSubscriptionsCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { allow, makeFunction, makeTable, makeTemplate, startTestAws, tableArn } from './aws.fixture.ts';

const notes = tableArn('Notes');
const Key = { pk: { S: 'alice' }, sk: { S: '1' } };

/** One table, and one function with the statements. */
const template = (...statements: unknown[]) => makeTemplate(makeTable('Notes'), ...makeFunction('Writer', statements));

const containing = (text: string): unknown => expect.stringContaining(text);

const denied = (action: string, resource = notes) => ({
  name: 'AccessDeniedException',
  message: `User: arn:aws:sts::000000000000:assumed-role/Test-WriterRole/Test-Writer is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
});

test('a call that a statement allows reaches the table', async () => {
  await using aws = await startTestAws(template(allow(['dynamodb:PutItem', 'dynamodb:GetItem'], notes)));
  const client = aws.dynamodb('Writer');
  const Item = { ...Key, text: { S: 'hello' } };
  await client.send(new PutItemCommand({ TableName: 'Notes', Item }));
  const read = await client.send(new GetItemCommand({ TableName: 'Notes', Key, ConsistentRead: true }));
  expect(read.Item).toEqual(Item);
  expect(aws.reports).toEqual([]);
});

test('a call that no statement allows is AccessDeniedException naming action and resource', async () => {
  await using aws = await startTestAws(template(allow('dynamodb:GetItem', notes)));
  const put = aws.dynamodb('Writer').send(new PutItemCommand({ TableName: 'Notes', Item: Key }));
  await expect(put).rejects.toMatchObject(denied('dynamodb:PutItem'));
  const { Count } = await aws.dynamodb().send(new ScanCommand({ TableName: 'Notes' }));
  expect(Count).toBe(0);
});

test('a denial is reported with the function and the statement that would allow it', async () => {
  await using aws = await startTestAws(template(allow('dynamodb:GetItem', notes)));
  await expect(aws.dynamodb('Writer').send(new ScanCommand({ TableName: 'Notes' }))).rejects.toThrow('not authorized');
  const statement = JSON.stringify({ Effect: 'Allow', Action: 'dynamodb:Scan', Resource: notes });
  expect(aws.reports).toEqual([`denied: Writer may not dynamodb:Scan on ${notes}: its role would need ${statement}`]);
});

test('an explicit deny wins over an allow', async () => {
  const deny = { Effect: 'Deny', Action: 'dynamodb:Put*', Resource: '*' };
  await using aws = await startTestAws(template(allow('*', '*'), deny));
  const put = aws.dynamodb('Writer').send(new PutItemCommand({ TableName: 'Notes', Item: Key }));
  await expect(put).rejects.toThrow('dynamodb:PutItem on resource: ' + notes + ' with an explicit deny');
});

test('wildcards in action and resource match', async () => {
  await using aws = await startTestAws(template(allow('dynamodb:Get*', 'arn:aws:dynamodb:*:*:table/No?es')));
  const client = aws.dynamodb('Writer');
  await client.send(new GetItemCommand({ TableName: 'Notes', Key }));
  const put = client.send(new PutItemCommand({ TableName: 'Notes', Item: Key }));
  await expect(put).rejects.toMatchObject(denied('dynamodb:PutItem'));
});

test('a table named by its ARN is the same resource', async () => {
  await using aws = await startTestAws(template(allow('dynamodb:Query', '*')));
  const put = aws.dynamodb('Writer').send(new PutItemCommand({ TableName: notes, Item: Key }));
  await expect(put).rejects.toMatchObject(denied('dynamodb:PutItem'));
});

test('a query of an index needs the permission on the index', async () => {
  const index = {
    IndexName: 'bySk',
    KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
  };
  const table = makeTable('Notes', { GlobalSecondaryIndexes: [index] });
  const query = new QueryCommand({
    TableName: 'Notes',
    IndexName: 'bySk',
    KeyConditionExpression: 'sk = :sk',
    ExpressionAttributeValues: { ':sk': Key.sk },
  });
  const functions = [
    ...makeFunction('Writer', [allow('dynamodb:Query', notes)]),
    ...makeFunction('Reader', [allow('dynamodb:Query', `${notes}/index/*`)]),
  ];
  await using aws = await startTestAws(makeTemplate(table, ...functions));
  await aws.dynamodb().send(new PutItemCommand({ TableName: 'Notes', Item: Key }));

  expect((await aws.dynamodb('Reader').send(query)).Items).toEqual([Key]);
  const refused = aws.dynamodb('Writer').send(query);
  await expect(refused).rejects.toMatchObject(denied('dynamodb:Query', `${notes}/index/bySk`));
});

const write = { TableName: 'Notes', Item: Key };
const otherKey = { pk: { S: 'bob' }, sk: { S: '1' } };
const change = { TableName: 'Notes', Key: otherKey, UpdateExpression: 'SET a = pk' };
const check = { TableName: 'Notes', Key: otherKey, ConditionExpression: 'attribute_not_exists(pk)' };

test.each([
  ['dynamodb:UpdateItem', { Update: change }],
  ['dynamodb:DeleteItem', { Delete: { TableName: 'Notes', Key: otherKey } }],
  ['dynamodb:ConditionCheckItem', { ConditionCheck: check }],
])('TransactWriteItems needs the permission of each of its actions: %s', async (action, second) => {
  const transaction = new TransactWriteItemsCommand({ TransactItems: [{ Put: write }, second] });

  await using lacking = await startTestAws(template(allow(['dynamodb:PutItem', 'dynamodb:TransactWriteItems'], notes)));
  await expect(lacking.dynamodb('Writer').send(transaction)).rejects.toMatchObject(denied(action));
  await using having = await startTestAws(template(allow(['dynamodb:PutItem', action], notes)));
  await having.dynamodb('Writer').send(transaction);
});

test('TransactGetItems needs GetItem, a batch needs its own action, on each of the tables', async () => {
  const actions = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'];
  const tables = [makeTable('Notes'), makeTable('Drafts')];
  await using aws = await startTestAws(makeTemplate(...tables, ...makeFunction('Writer', [allow(actions, notes)])));
  const client = aws.dynamodb('Writer');
  const get = (TableName: string) => ({ Get: { TableName, Key } });
  const put = [{ PutRequest: { Item: Key } }];

  await client.send(new TransactGetItemsCommand({ TransactItems: [get('Notes')] }));
  await client.send(new BatchGetItemCommand({ RequestItems: { Notes: { Keys: [Key] } } }));
  await client.send(new BatchWriteItemCommand({ RequestItems: { Notes: put } }));
  const both = [
    client.send(new TransactGetItemsCommand({ TransactItems: [get('Notes'), get('Drafts')] })),
    client.send(new BatchGetItemCommand({ RequestItems: { Notes: { Keys: [Key] }, Drafts: { Keys: [Key] } } })),
    client.send(new BatchWriteItemCommand({ RequestItems: { Notes: put, Drafts: put } })),
  ];
  for (const [index, refused] of both.entries()) {
    await expect(refused).rejects.toMatchObject(denied(actions[index] ?? '', tableArn('Drafts')));
  }
});

const queryOf = (pk: string) =>
  new QueryCommand({
    TableName: 'Notes',
    KeyConditionExpression: '#pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeNames: { '#pk': 'pk' },
    ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: '1' } },
  });

test('dynamodb:LeadingKeys holds every partition key that a call names', async () => {
  const own = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['alice*'] } };
  await using aws = await startTestAws(template(allow('dynamodb:*', notes, own)));
  const client = aws.dynamodb('Writer');
  const batch = (...pks: string[]) =>
    new BatchWriteItemCommand({
      RequestItems: { Notes: pks.map((pk) => ({ PutRequest: { Item: { pk: { S: pk }, sk: Key.sk } } })) },
    });

  await client.send(new PutItemCommand({ TableName: 'Notes', Item: Key }));
  expect((await client.send(queryOf('alice'))).Count).toBe(1);
  await client.send(batch('alice1', 'alice2'));
  await expect(client.send(queryOf('bob'))).rejects.toMatchObject(denied('dynamodb:Query'));
  await expect(client.send(batch('alice1', 'bob'))).rejects.toMatchObject(denied('dynamodb:BatchWriteItem'));
});

test('a condition that the local cloud does not know denies and says so', async () => {
  const condition = { DateLessThan: { 'aws:CurrentTime': '2099-01-01T00:00:00Z' } };
  await using aws = await startTestAws(template(allow('dynamodb:*', notes, condition)));
  const get = aws.dynamodb('Writer').send(new GetItemCommand({ TableName: 'Notes', Key }));
  await expect(get).rejects.toThrow('the local cloud does not know the condition operator DateLessThan');
  expect(aws.reports[0]).toContain('condition operator DateLessThan');
});

test('a call to DynamoDB is told to listeners with its input and its outcome', async () => {
  await using aws = await startTestAws(template(allow('dynamodb:GetItem', notes)));
  const client = aws.dynamodb('Writer');
  await client.send(new GetItemCommand({ TableName: 'Notes', Key, ConsistentRead: true }));
  await expect(client.send(new GetItemCommand({ TableName: 'Notes', Key: {} }))).rejects.toThrow('key');
  await expect(client.send(new ListTablesCommand({}))).rejects.toThrow('not authorized');
  const call = { function: 'Writer', service: 'dynamodb' };
  expect(aws.calls).toMatchObject([
    { ...call, operation: 'GetItem', input: { TableName: 'Notes', ConsistentRead: true }, status: 200 },
    { ...call, operation: 'GetItem', status: 400, error: 'ValidationException' },
    { ...call, operation: 'ListTables', status: 400, error: 'AccessDeniedException' },
  ]);
  expect(aws.calls[0]?.error).toBeUndefined();
});

test('credentials of nobody are refused in the protocol of the service that they call', async () => {
  await using aws = await startTestAws(template());
  const credentials = { accessKeyId: 'ASIA0000000000000000', secretAccessKey: 'secret' };
  const client = new SNSClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  await expect(client.send(new ListSubscriptionsCommand())).rejects.toThrow('The security token included');
  client.destroy();
});

test('credentials of nobody are UnrecognizedClientException', async () => {
  await using aws = await startTestAws(template());
  const credentials = { accessKeyId: 'ASIAUNKNOWN', secretAccessKey: 'secret' };
  const client = new DynamoDBClient({ endpoint: aws.url, region: 'us-east-1', credentials });
  await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
    message: 'The security token included in the request is invalid.',
  });
  client.destroy();
});

const post = async (url: string, headers: Record<string, string>, body = '{}'): Promise<unknown> => {
  const response = await fetch(url, { method: 'POST', headers, body });
  return response.json();
};

const sign = (accessKeyId: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00`,
});

test('an unsigned request is refused', async () => {
  await using aws = await startTestAws(template());
  const missing = await post(aws.url, {});
  expect(missing).toMatchObject({ message: 'Request is missing Authentication Token' });
  const basic = await post(aws.url, { authorization: 'Basic YTpi' });
  expect(basic).toMatchObject({ __type: 'com.amazon.coral.service#IncompleteSignatureException' });
});

test.each([
  ['DynamoDB_20120810.ExecuteStatement', '{}', "The local cloud does not serve DynamoDB's ExecuteStatement."],
  ['Kinesis.PutRecord', '{}', 'must be DynamoDB_20120810.<operation>, not "Kinesis.PutRecord"'],
  ['DynamoDB_20120810.GetItem', '{', 'The request body is not valid JSON.'],
  ['DynamoDB_20120810.GetItem', '{"TableName":1}', 'The input of GetItem'],
])('an unknown operation or input is refused by name: %s %s', async (target, body, message) => {
  await using aws = await startTestAws(template());
  const headers = { ...sign(aws.operator.accessKeyId), 'x-amz-target': target };
  expect(await post(aws.url, headers, body)).toMatchObject({ message: containing(message) });
});

test('an unknown service is refused by name', async () => {
  await using aws = await startTestAws(template());
  const headers = { authorization: sign(aws.operator.accessKeyId).authorization.replace('dynamodb', 'kinesis') };
  expect(await post(aws.url, headers)).toMatchObject({
    message: expect.stringMatching(/^The local cloud does not serve kinesis; it serves .*\bdynamodb\b/),
  });
});

test('a service that is served elsewhere asks whether a caller may', async () => {
  const connections = 'arn:aws:execute-api:us-east-1:000000000000:Api/prod/POST/@connections/*';
  const resource = connections.replace('*', 'abc');
  await using aws = await startTestAws(template(allow('execute-api:ManageConnections', connections)));
  const headers = sign(aws.credentials('Writer').accessKeyId);
  const ask = (one: { authorization?: string }, on: string) =>
    aws.authorize({ headers: one }, 'execute-api:ManageConnections', on);

  expect(ask(headers, resource)).toEqual({ allowed: true, function: 'Writer' });
  const refused = resource.replace('POST', 'DELETE');
  expect(ask(headers, refused)).toEqual({
    allowed: false,
    message: denied('execute-api:ManageConnections', refused).message,
  });
  expect(ask({}, resource)).toEqual({ allowed: false, message: 'Request is missing Authentication Token' });
});
