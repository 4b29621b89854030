/** What the SQS API Reference (APIReference) and the SQS Developer Guide (SQSDG) say of messages, through the SDK. */
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { Resource } from '../../../local/template/model.ts';
import { makeQueue, startQueues, started, type TestQueues } from './sqs.fixture.ts';

/** One queue named `Jobs` and what is done with it. */
const startJobs = async (properties: Record<string, unknown> = {}, ...others: Resource[]) => {
  const aws = await startQueues([makeQueue('Jobs', properties), ...others]);
  const client = aws.sqs();
  const QueueUrl = aws.queueUrl('Jobs');
  return {
    ...aws,
    client,
    QueueUrl,
    send: (MessageBody: string, more = {}) => client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more })),
    receive: (input: Partial<ReceiveMessageCommandInput> = {}) => receive(aws, QueueUrl, input),
    delete: (ReceiptHandle: string | undefined) => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    hide: (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
  };
};

const receive = async (aws: TestQueues, QueueUrl: string, input: Partial<ReceiveMessageCommandInput>) => {
  const asked = { QueueUrl, MaxNumberOfMessages: 10, ...input };
  return (await aws.sqs().send(new ReceiveMessageCommand(asked))).Messages ?? [];
};

const bodies = (messages: { Body?: string | undefined }[]) => messages.map(({ Body }) => Body);

test('what is sent is received, with the digests that the SDK checks (APIReference SendMessage)', async () => {
  await using jobs = await startJobs();
  const sent = await jobs.send('Information about the largest city in Any Region.', {
    MessageAttributes: {
      City: { DataType: 'String', StringValue: 'Any City' },
      Population: { DataType: 'Number', StringValue: '1250800' },
      Greeting: { DataType: 'Binary.raw', BinaryValue: Buffer.from('Hello, World!') },
    },
  });
  const [message] = await jobs.receive({ MessageAttributeNames: ['All'] });
  expect(message).toMatchObject({
    MessageId: sent.MessageId,
    Body: 'Information about the largest city in Any Region.',
    MD5OfBody: sent.MD5OfMessageBody,
    MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    MessageAttributes: {
      City: { DataType: 'String', StringValue: 'Any City' },
      Population: { DataType: 'Number', StringValue: '1250800' },
      Greeting: { DataType: 'Binary.raw', BinaryValue: new Uint8Array(Buffer.from('Hello, World!')) },
    },
  });
});

test('the digest of the body is that of the documentation’s example (APIReference SendMessage)', async () => {
  await using jobs = await startJobs();
  const sent = await jobs.send('This is a test message');
  expect(sent).toMatchObject({ MD5OfMessageBody: 'fafb00f5732ab283681e124bf8747ed1' });
  expect(sent.MD5OfMessageAttributes).toBeUndefined();
});

test.each([
  // As the tests of moto and of others who talk to SQS have them.
  [
    'fca026605781cb4126a1e9044df24232',
    { Hello: { DataType: 'String', StringValue: 'There' }, General: { DataType: 'String', StringValue: 'Kenobi' } },
  ],
  [
    '2e2e4876d8e0bd6b8c2c8f556831c349',
    { timestamp: { DataType: 'Number.java.lang.Long', StringValue: '1493147359900' } },
  ],
])('the digest of attributes is %s (SQSDG MD5 message digest)', async (digest, MessageAttributes) => {
  await using jobs = await startJobs();
  expect((await jobs.send('x', { MessageAttributes })).MD5OfMessageAttributes).toBe(digest);
});

test('a receiver gets the attributes that it names, by prefix too (APIReference ReceiveMessage)', async () => {
  await using jobs = await startJobs();
  const attribute = { DataType: 'String', StringValue: 'x' };
  await jobs.send('one', { MessageAttributes: { 'trace.id': attribute, 'trace.at': attribute, kind: attribute } });
  const [named] = await jobs.receive({ MessageAttributeNames: ['trace.*'], VisibilityTimeout: 0 });
  expect(Object.keys(named?.MessageAttributes ?? {})).toEqual(['trace.id', 'trace.at']);
  const [none] = await jobs.receive();
  expect(none?.MessageAttributes).toBeUndefined();
  expect(none?.Attributes).toBeUndefined();
});

test('the system tells when and by whom, and how often it was received (APIReference ReceiveMessage)', async () => {
  await using jobs = await startJobs();
  await jobs.send('one');
  await jobs.clock.advance(1500);
  const wanted = { MessageSystemAttributeNames: ['All' as const], VisibilityTimeout: 10 };
  const [first] = await jobs.receive(wanted);
  expect(first?.Attributes).toEqual({
    SenderId: expect.stringMatching(/^AIDA/),
    SentTimestamp: String(started),
    ApproximateReceiveCount: '1',
    ApproximateFirstReceiveTimestamp: String(started + 1500),
  });
  await jobs.clock.advance(10_000);
  const [second] = await jobs.receive(wanted);
  expect(second?.Attributes).toEqual({ ...first?.Attributes, ApproximateReceiveCount: '2' });
});

test('a received message is hidden for the visibility timeout, then received again (SQSDG visibility timeout)', async () => {
  await using jobs = await startJobs({ VisibilityTimeout: 60 });
  await jobs.send('one');
  expect(await jobs.receive()).toHaveLength(1);
  await jobs.clock.advance(59_999);
  expect(await jobs.receive()).toEqual([]);
  await jobs.clock.advance(1);
  expect(bodies(await jobs.receive())).toEqual(['one']);
});

test('the visibility timeout is 30 seconds unless the queue says otherwise (AWS::SQS::Queue)', async () => {
  await using jobs = await startJobs();
  await jobs.send('one');
  await jobs.receive();
  await jobs.clock.advance(29_999);
  expect(await jobs.receive()).toEqual([]);
  await jobs.clock.advance(1);
  expect(await jobs.receive()).toHaveLength(1);
});

test('a deleted message does not come back (APIReference DeleteMessage)', async () => {
  await using jobs = await startJobs();
  await jobs.send('one');
  const [message] = await jobs.receive();
  await jobs.delete(message?.ReceiptHandle);
  await jobs.delete(message?.ReceiptHandle);
  await jobs.clock.advance(60_000);
  expect(await jobs.receive()).toEqual([]);
});

test('a handle of an earlier receipt succeeds and deletes nothing (APIReference DeleteMessage)', async () => {
  await using jobs = await startJobs();
  await jobs.send('one');
  const [first] = await jobs.receive({ VisibilityTimeout: 0 });
  const [second] = await jobs.receive({ VisibilityTimeout: 0 });
  expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  await jobs.delete(first?.ReceiptHandle);
  expect(await jobs.receive({ VisibilityTimeout: 0 })).toHaveLength(1);
});

test('a handle that is none is ReceiptHandleIsInvalid (APIReference DeleteMessage)', async () => {
  await using jobs = await startJobs();
  await expect(jobs.delete('nonsense')).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
});

test('a receiver may shorten and lengthen its time (APIReference ChangeMessageVisibility)', async () => {
  await using jobs = await startJobs();
  await jobs.send('one');
  const [message] = await jobs.receive();
  await jobs.hide(message?.ReceiptHandle, 100);
  await jobs.clock.advance(99_999);
  expect(await jobs.receive()).toEqual([]);
  await jobs.clock.advance(1);
  const [again] = await jobs.receive();
  await jobs.hide(again?.ReceiptHandle, 0);
  expect(await jobs.receive()).toHaveLength(1);
});

test('the time of a message that is visible again cannot be changed (APIReference ChangeMessageVisibility)', async () => {
  await using jobs = await startJobs();
  await jobs.send('one');
  const [message] = await jobs.receive({ VisibilityTimeout: 1 });
  await jobs.clock.advance(1000);
  await expect(jobs.hide(message?.ReceiptHandle, 10)).rejects.toMatchObject({ name: 'MessageNotInflight' });
});

test('a delay, of the message or else of the queue, hides it at first (SQSDG delay queues, message timers)', async () => {
  await using jobs = await startJobs({ DelaySeconds: 5 });
  await jobs.send('queue’s');
  await jobs.send('own', { DelaySeconds: 2 });
  await jobs.send('none', { DelaySeconds: 0 });
  expect(bodies(await jobs.receive())).toEqual(['none']);
  await jobs.clock.advance(2000);
  expect(bodies(await jobs.receive())).toEqual(['own']);
  await jobs.clock.advance(3000);
  expect(bodies(await jobs.receive())).toEqual(['queue’s']);
});

test('a delay is at most 15 minutes (APIReference SendMessage)', async () => {
  await using jobs = await startJobs();
  const late = jobs.send('late', { DelaySeconds: 901 });
  await expect(late).rejects.toMatchObject({ name: 'InvalidParameterValue', message: expect.stringContaining('900') });
});

test('a message that nobody deletes is gone after the retention period (AWS::SQS::Queue)', async () => {
  await using jobs = await startJobs({ MessageRetentionPeriod: 60 });
  await jobs.send('one');
  await jobs.clock.advance(59_999);
  expect(await jobs.receive({ VisibilityTimeout: 0 })).toHaveLength(1);
  await jobs.clock.advance(1);
  expect(await jobs.receive()).toEqual([]);
});

test('at most ten messages come at once, oldest first as far as one process can tell (APIReference ReceiveMessage)', async () => {
  await using jobs = await startJobs();
  for (let index = 0; index < 11; index += 1) await jobs.send(String(index));
  expect(bodies(await jobs.receive({ MaxNumberOfMessages: 10 }))).toEqual(Array.from('0123456789'));
  await expect(jobs.receive({ MaxNumberOfMessages: 11 })).rejects.toThrow('must be at most 10');
});

test('a long poll answers as soon as there is a message (SQSDG short and long polling)', async () => {
  await using jobs = await startJobs();
  const polled = jobs.receive({ WaitTimeSeconds: 20 });
  await jobs.armed(20_000);
  await jobs.send('late', { DelaySeconds: 3 });
  await jobs.clock.advance(3000);
  expect(bodies(await polled)).toEqual(['late']);
});

test('a long poll of an empty queue ends after its wait (SQSDG short and long polling)', async () => {
  await using jobs = await startJobs({ ReceiveMessageWaitTimeSeconds: 7 });
  const polled = jobs.receive();
  await jobs.armed(7000);
  await jobs.clock.advance(7000);
  expect(await polled).toEqual([]);
});

test('a message above the maximum size, its attributes included, is refused (APIReference SendMessage)', async () => {
  await using jobs = await startJobs({ MaximumMessageSize: 1024 });
  await jobs.send('x'.repeat(1024));
  const attribute = { n: { DataType: 'String', StringValue: 'v' } };
  const large = jobs.send('x'.repeat(1017), { MessageAttributes: attribute });
  await expect(large).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: expect.stringContaining('Message must be shorter than 1024 bytes'),
  });
});

test.each([
  ['an empty body', { MessageBody: '' }, 'MissingParameter'],
  ['a character that XML cannot hold', { MessageBody: '\u0000' }, 'InvalidMessageContents'],
  ['an attribute without a value', { MessageAttributes: { a: { DataType: 'String' } } }, 'InvalidParameterValue'],
  [
    'a number that is none',
    { MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } } },
    'InvalidParameterValue',
  ],
  [
    'a reserved attribute name',
    { MessageAttributes: { 'AWS.a': { DataType: 'String', StringValue: 'x' } } },
    'InvalidParameterValue',
  ],
  [
    'a type that is none',
    { MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } } },
    'InvalidParameterValue',
  ],
])('%s is refused (APIReference SendMessage, MessageAttributeValue)', async (_what, input, name) => {
  await using jobs = await startJobs();
  await expect(jobs.send('body', input)).rejects.toMatchObject({ name });
});

test('each entry of a batch stands or falls alone (APIReference SendMessageBatch)', async () => {
  await using jobs = await startJobs();
  const Entries = [
    { Id: 'good', MessageBody: 'good' },
    { Id: 'bad', MessageBody: '' },
  ];
  const sent = await jobs.client.send(new SendMessageBatchCommand({ QueueUrl: jobs.QueueUrl, Entries }));
  expect(sent.Successful).toMatchObject([{ Id: 'good', MD5OfMessageBody: expect.any(String) }]);
  expect(sent.Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'MissingParameter' }]);

  const [message] = await jobs.receive();
  const receipts = [
    { Id: 'one', ReceiptHandle: message?.ReceiptHandle },
    { Id: 'two', ReceiptHandle: 'nonsense' },
  ];
  const hide = receipts.map((entry) => ({ ...entry, VisibilityTimeout: 5 }));
  const changed = await jobs.client.send(
    new ChangeMessageVisibilityBatchCommand({ QueueUrl: jobs.QueueUrl, Entries: hide }),
  );
  const deleted = await jobs.client.send(new DeleteMessageBatchCommand({ QueueUrl: jobs.QueueUrl, Entries: receipts }));
  for (const { Successful, Failed } of [changed, deleted]) {
    expect(Successful).toEqual([{ Id: 'one' }]);
    expect(Failed).toMatchObject([{ Id: 'two', SenderFault: true, Code: 'ReceiptHandleIsInvalid' }]);
  }
});

test.each([
  ['no entries', [], 'EmptyBatchRequest'],
  ['eleven entries', Array.from('abcdefghijk'), 'TooManyEntriesInBatchRequest'],
  ['an id twice', ['a', 'a'], 'BatchEntryIdsNotDistinct'],
  ['an id with a blank', ['a b'], 'InvalidBatchEntryId'],
])('a batch of %s is refused (APIReference SendMessageBatch)', async (_what, ids, name) => {
  await using jobs = await startJobs();
  const Entries = ids.map((Id) => ({ Id, MessageBody: 'x' }));
  const sent = jobs.client.send(new SendMessageBatchCommand({ QueueUrl: jobs.QueueUrl, Entries }));
  await expect(sent).rejects.toMatchObject({ name });
});

test('a batch larger than 1 MiB in all is refused (APIReference SendMessageBatch)', async () => {
  await using jobs = await startJobs();
  const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }));
  const sent = jobs.client.send(new SendMessageBatchCommand({ QueueUrl: jobs.QueueUrl, Entries }));
  await expect(sent).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
  expect(await jobs.receive()).toEqual([]);
});

test('a purged queue is empty, and is purged once a minute at most (APIReference PurgeQueue)', async () => {
  await using jobs = await startJobs();
  const purge = () => jobs.client.send(new PurgeQueueCommand({ QueueUrl: jobs.QueueUrl }));
  await jobs.send('one');
  await purge();
  expect(await jobs.receive()).toEqual([]);
  await expect(purge()).rejects.toMatchObject({ name: 'PurgeQueueInProgress' });
  await jobs.clock.advance(60_000);
  await purge();
});
