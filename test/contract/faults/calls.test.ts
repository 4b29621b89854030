/** Errors, latency and lost responses, of any service. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SchedulerClient, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { makeQueue } from '../sqs/sqs.fixture.ts';
import { failure, itemOf, keyOf, startFaultyAws } from './faults.fixture.ts';

const TableName = 'Notes';
const put = (sk: string) => new PutItemCommand({ TableName, Item: itemOf(sk) });
const get = (sk: string) => new GetItemCommand({ TableName, Key: keyOf(sk), ConsistentRead: true });

test('a call is answered with the error instead of being done, until the fault is removed', async () => {
  await using aws = await startFaultyAws();
  {
    using _fault = aws.faults.add({
      kind: 'error',
      service: 'dynamodb',
      operation: 'PutItem',
      error: 'ThrottlingException',
    });
    expect(await failure(aws.client.send(put('1')))).toMatchObject({
      name: 'ThrottlingException',
      message: 'A fault of the local cloud (seed 7).',
      $metadata: { httpStatusCode: 400 },
    });
    // Another operation is not struck, and finds nothing.
    expect(await aws.client.send(get('1'))).not.toHaveProperty('Item');
  }
  await aws.client.send(put('1'));
  expect(await aws.client.send(get('1'))).toMatchObject({ Item: itemOf('1') });
  expect(aws.faults.counts()).toMatchObject({ error: 1, latency: 0 });
  expect(aws.calls.filter(({ error }) => error === 'ThrottlingException')).toHaveLength(1);
});

test('a fault strikes as often as it may, and no more', async () => {
  await using aws = await startFaultyAws();
  aws.faults.add({ kind: 'error', service: '*', operation: '*', error: 'InternalServerError', times: 2 });
  expect(await failure(aws.client.send(put('1')))).toMatchObject({ $metadata: { httpStatusCode: 500 } });
  expect(await failure(aws.client.send(get('1')))).toMatchObject({ name: 'InternalServerError' });
  await aws.client.send(put('1'));
  expect(aws.faults.active()).toMatchObject([{ fault: { kind: 'error', rate: 1 }, strikes: 2 }]);
});

test('what IAM denies is denied, and whoever looks on is served', async () => {
  await using aws = await startFaultyAws([]);
  aws.faults.add({ kind: 'error', service: 'dynamodb', operation: '*', error: 'ThrottlingException', status: 429 });
  await aws.onlooker.send(put('1'));
  expect(await aws.onlooker.send(get('1'))).toMatchObject({ Item: itemOf('1') });
  expect(await failure(aws.client.send(get('1')))).toMatchObject({ $metadata: { httpStatusCode: 429 } });
  expect(aws.faults.counts().error).toBe(1);
});

test('each service tells of the error in its own protocol', async () => {
  await using aws = await startFaultyAws([makeQueue('Jobs')]);
  const options = {
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: aws.credentials('Writer'),
    maxAttempts: 1,
  };
  using stack = new DisposableStack();
  const use = <T extends { destroy: () => void }>(client: T): T => stack.adopt(client, (one) => one.destroy());
  const [sns, sqs] = [use(new SNSClient(options)), use(new SQSClient(options))];
  const [scheduler, secrets] = [use(new SchedulerClient(options)), use(new SecretsManagerClient(options))];
  aws.faults.add({ kind: 'error', service: '*', operation: '*', error: 'InternalErrorException' });
  const QueueUrl = `${aws.url}/000000000000/Jobs`;
  const errors = await Promise.all([
    failure(sns.send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:none', Message: 'm' }))),
    failure(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'm' }))),
    failure(scheduler.send(new ListSchedulesCommand())),
    failure(secrets.send(new GetSecretValueCommand({ SecretId: 'none' }))),
  ]);
  for (const error of errors) {
    expect(error).toMatchObject({ name: 'InternalErrorException', $metadata: { httpStatusCode: 500 } });
  }
});

test('latency comes before the call is done', async () => {
  await using aws = await startFaultyAws();
  aws.faults.add({ kind: 'latency', service: 'dynamodb', operation: 'PutItem', median: 400, p99: 400 });
  const began = performance.now();
  const late = aws.client.send(put('1')).then(() => performance.now() - began);
  await expect.poll(() => aws.faults.counts().latency).toBe(1);
  expect(await aws.client.send(get('1'))).not.toHaveProperty('Item');
  expect(await late).toBeGreaterThanOrEqual(399);
  expect(await aws.client.send(get('1'))).toMatchObject({ Item: itemOf('1') });
});

test('a lost response is of a call that was done, and that the SDK does again', async () => {
  await using aws = await startFaultyAws();
  aws.faults.add({ kind: 'lost-response', service: 'dynamodb', operation: 'PutItem', times: 2 });
  expect(await failure(aws.client.send(put('1')))).toMatchObject({ code: 'ECONNRESET' });
  expect(await aws.client.send(get('1'))).toMatchObject({ Item: itemOf('1') });
  const retrying = new DynamoDBClient({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: aws.credentials('Writer'),
    maxAttempts: 3,
  });
  await retrying.send(put('2'));
  retrying.destroy();
  expect(aws.calls.filter(({ operation, status }) => operation === 'PutItem' && status === 200)).toHaveLength(3);
  expect(aws.faults.counts()['lost-response']).toBe(2);
});

test('each strike is a line of the log, which names kind, operation and caller', async () => {
  await using aws = await startFaultyAws();
  const fault = aws.faults.add({
    kind: 'error',
    service: 'dynamodb',
    operation: 'Put*',
    error: 'ThrottlingException',
    times: 1,
  });
  await failure(aws.client.send(put('1')));
  fault[Symbol.dispose]();
  fault[Symbol.dispose]();
  expect(aws.faults.lines).toEqual([
    'fault: number 1 of seed 7 begins: {"kind":"error","service":"dynamodb","operation":"Put*","error":"ThrottlingException","rate":1,"times":1}',
    'fault: error dynamodb PutItem by Writer, of {"service":"dynamodb","operation":"Put*","error":"ThrottlingException"}',
    'fault: number 1 ends after 1 strikes',
  ]);
});
