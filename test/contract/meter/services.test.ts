/** What calls to the services are billed as. */
import { describe, expect, test } from 'vitest';
import type { AwsCall } from '../../../local/aws/index.ts';
import { callUsage } from '../../../local/meter/rules.ts';

const KB = 1024;

const usageOf = (call: Partial<AwsCall> & Pick<AwsCall, 'service' | 'operation'>) =>
  callUsage({ function: 'Relay', input: {}, status: 200, bytes: 100, answered: 0, trace: undefined, ...call });

const publish = (input: unknown, operation = 'Publish') => usageOf({ service: 'sns', operation, input });
const entries = (...texts: string[]) => ({
  TopicArn: 'arn:aws:sns:us-east-1:000000000000:Wake',
  PublishBatchRequestEntries: texts.map((Message, index) => ({ Id: String(index), Message })),
});

describe('SNS', () => {
  test.each([
    ['a', 1],
    ['x'.repeat(64 * KB), 1],
    ['x'.repeat(64 * KB + 1), 2],
    ['é'.repeat(32 * KB + 1), 2],
  ])('a message to a topic is a publish for each 64 KB (%#)', (Message, snsPublishes) => {
    expect(publish({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:Wake', Message })).toEqual({ snsPublishes });
  });

  test('a batch is one publish for each 64 KB of it all (SDG sns-batch-api-actions.html)', () => {
    expect(publish(entries('a', 'b', 'c'), 'PublishBatch')).toEqual({ snsPublishes: 1 });
    expect(publish(entries('x'.repeat(40 * KB), 'y'.repeat(40 * KB)), 'PublishBatch')).toEqual({ snsPublishes: 2 });
  });

  test('a message to a phone is a publish and a push', () => {
    const TargetArn = 'arn:aws:sns:us-east-1:000000000000:endpoint/APNS/app/1';
    expect(publish({ TargetArn, Message: 'wake' })).toEqual({ snsPublishes: 1, snsPushes: 1 });
  });

  test('a topic that is named as the target is no phone', () => {
    const TargetArn = 'arn:aws:sns:us-east-1:000000000000:Wake';
    expect(publish({ TargetArn, Message: 'wake' })).toEqual({ snsPublishes: 1 });
  });
});

describe('SQS', () => {
  test.each([
    [1, 1],
    [64 * KB, 1],
    [64 * KB + 1, 2],
    [256 * KB, 4],
  ])('a request of %i bytes is billed as %i', (bytes, sqsRequests) => {
    expect(usageOf({ service: 'sqs', operation: 'SendMessage', bytes })).toEqual({ sqsRequests });
  });
});

test('unverified: a schedule is billed once, when it fires: it is counted when it is made', () => {
  expect(usageOf({ service: 'scheduler', operation: 'CreateSchedule' })).toEqual({ schedulerInvocations: 1 });
  expect(usageOf({ service: 'scheduler', operation: 'DeleteSchedule' })).toEqual({});
});

test('every call to Secrets Manager is billed', () => {
  expect(usageOf({ service: 'secretsmanager', operation: 'GetSecretValue' })).toEqual({ secretCalls: 1 });
});

test('what has no price of its own is not counted', () => {
  expect(usageOf({ service: 'apigateway', operation: 'GetAccount' })).toEqual({});
});

test.each(['sns Publish', 'sqs SendMessage', 'scheduler CreateSchedule', 'secretsmanager GetSecretValue'])(
  'unverified: a call that fails is not billed: %s',
  (name) => {
    const [service = '', operation = ''] = name.split(' ');
    expect(usageOf({ service, operation, input: { Message: 'x' }, status: 400 })).toEqual({});
  },
);

test('DynamoDB bills what it says it has consumed, also for a call that fails', () => {
  const consumed = { reads: 0, writes: 2 };
  expect(usageOf({ service: 'dynamodb', operation: 'PutItem', status: 400, consumed })).toEqual({
    readUnits: 0,
    writeUnits: 2,
  });
});
