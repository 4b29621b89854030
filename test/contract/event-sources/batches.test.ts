/** The Lambda Developer Guide on SQS event source mappings (LDG with-sqs and the pages below it). */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { makeFolder } from '../aws/aws.fixture.ts';
import { makeQueue, queueArn, started, startQueues } from '../sqs/sqs.fixture.ts';
import { done, settle, startConsumer } from './consumer.fixture.ts';

const bodies = (count: number, from = 0) => Array.from({ length: count }, (_, index) => String(from + index));

test('a message comes as the documented event (LDG with-sqs, example event)', async () => {
  await using consumer = await startConsumer();
  await consumer.sqs().send(
    new SendMessageCommand({
      QueueUrl: consumer.queueUrl('Jobs'),
      MessageBody: 'Test message.',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'wake' },
        raw: { DataType: 'Binary', BinaryValue: Buffer.from('bytes') },
      },
    }),
  );
  const { event } = await consumer.batch();
  expect(event).toEqual({
    Records: [
      {
        messageId: expect.stringMatching(/^[\da-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: 'Test message.',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: String(started),
          SenderId: expect.stringMatching(/^AIDA/),
          ApproximateFirstReceiveTimestamp: String(started),
        },
        messageAttributes: {
          kind: { stringValue: 'wake', stringListValues: [], binaryListValues: [], dataType: 'String' },
          raw: {
            binaryValue: Buffer.from('bytes').toString('base64'),
            stringListValues: [],
            binaryListValues: [],
            dataType: 'Binary',
          },
        },
        md5OfMessageAttributes: expect.stringMatching(/^[\da-f]{32}$/),
        md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
        eventSource: 'aws:sqs',
        eventSourceARN: queueArn('Jobs'),
        awsRegion: 'us-east-1',
      },
    ],
  });
});

test('the messages of a batch that succeeded are deleted (LDG with-sqs)', async () => {
  await using consumer = await startConsumer();
  consumer.send('one');
  const { end } = await consumer.batch();
  expect(consumer.count('Jobs')).toEqual({ visible: 0, inFlight: 1 });
  end(done());
  await settle();
  expect(consumer.count('Jobs')).toEqual({ visible: 0, inFlight: 0 });
});

test('messages that were there before the cloud started are consumed', async () => {
  await using folder = await makeFolder();
  {
    await using before = await startQueues([makeQueue('Jobs')], { data: folder.path });
    before.queues.byUrl('Jobs').send({ body: 'early', attributes: {}, sender: 'tester' });
  }
  await using consumer = await startConsumer({ data: folder.path });
  expect((await consumer.batch()).bodies).toEqual(['early']);
});

test('a delayed message comes when its delay ends (SQSDG delay queues)', async () => {
  await using consumer = await startConsumer({ queue: { DelaySeconds: 5 } });
  consumer.send('later');
  expect(consumer.batches()).toBe(0);
  await consumer.clock.advance(5000);
  expect((await consumer.batch()).bodies).toEqual(['later']);
});

test('a batch holds up to ten messages without a BatchSize (LDG services-sqs-configure)', async () => {
  await using consumer = await startConsumer({ mapping: { MaximumBatchingWindowInSeconds: 1 } });
  consumer.send(...bodies(11));
  expect((await consumer.batch()).bodies).toEqual(bodies(10));
  await consumer.clock.advance(1000);
  expect((await consumer.batch()).bodies).toEqual(['10']);
});

test('a batch waits for its window, unless it is full before (LDG services-sqs-parameters)', async () => {
  const mapping = { BatchSize: 25, MaximumBatchingWindowInSeconds: 20 };
  await using consumer = await startConsumer({ mapping });
  consumer.send(...bodies(24));
  await consumer.clock.advance(19_999);
  expect(consumer.batches()).toBe(0);
  await consumer.clock.advance(1);
  expect((await consumer.batch()).bodies).toEqual(bodies(24));

  consumer.send(...bodies(25));
  expect((await consumer.batch()).bodies).toEqual(bodies(25));
});

test('a batch ends where an invocation’s 6 MB would (LDG services-sqs-parameters)', async () => {
  const mapping = { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 };
  await using consumer = await startConsumer({ mapping });
  consumer.send(...bodies(7).map((body) => body.padEnd(1_000_000)));
  const { bodies: first } = await consumer.batch();
  expect(first.map((body) => body.trim())).toEqual(bodies(6));
  await consumer.clock.advance(1000);
  expect((await consumer.batch()).bodies.map((body) => body.trim())).toEqual(['6']);
});

test('at most MaximumConcurrency batches are worked on at once (LDG services-sqs-scaling)', async () => {
  const mapping = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } };
  await using consumer = await startConsumer({ mapping });
  consumer.send(...bodies(3));
  const first = await consumer.batch();
  expect(consumer.batches()).toBe(2);
  expect(consumer.count('Jobs').visible).toBe(1);
  first.end(done());
  await settle();
  expect(consumer.batches()).toBe(3);
});

test('five batches are worked on at once to begin with (LDG services-sqs-scaling)', async () => {
  await using consumer = await startConsumer({ mapping: { BatchSize: 1 } });
  consumer.send(...bodies(6));
  expect(consumer.batches()).toBe(5);
});

test.each([
  ['an error', { error: 'unhandled' as const, message: 'it threw' }],
  ['a time-out', { error: 'timeout' as const, message: 'Task timed out after 3.00 seconds' }],
  ['throttling', { error: 'throttled' as const, message: 'Test-Consumer was throttled' }],
])(
  'after %s the whole batch is visible again once its visibility timeout ends (LDG services-sqs-errorhandling)',
  async (_what, failure) => {
    await using consumer = await startConsumer();
    consumer.send('one');
    (await consumer.batch()).end(failure);
    await settle();
    expect(consumer.reports).toEqual([`Mapping: a batch of 1 of Jobs failed in Consumer: ${failure.message}`]);
    await consumer.clock.advance(59_999);
    expect(consumer.batches()).toBe(1);
    await consumer.clock.advance(1);
    const { event, bodies } = await consumer.batch();
    expect(bodies).toEqual(['one']);
    expect(event.Records[0]).toMatchObject({ attributes: { ApproximateReceiveCount: '2' } });
  },
);

test('a message that fails again and again goes to the dead-letter queue (LDG services-sqs-configure)', async () => {
  await using consumer = await startConsumer();
  consumer.send('poison');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    (await consumer.batch()).end({ error: 'unhandled', message: 'poisoned' });
    await settle();
    await consumer.clock.advance(60_000);
  }
  expect(consumer.batches()).toBe(2);
  expect(consumer.count('Jobs')).toEqual({ visible: 0, inFlight: 0 });
  expect(consumer.count('Dead')).toEqual({ visible: 1, inFlight: 0 });
});

test('an answer without the response type means nothing (LDG services-sqs-errorhandling)', async () => {
  await using consumer = await startConsumer();
  consumer.send('one');
  const { event, end } = await consumer.batch();
  end(done({ batchItemFailures: [{ itemIdentifier: event.Records[0]?.messageId }] }));
  await settle();
  expect(consumer.count('Jobs')).toEqual({ visible: 0, inFlight: 0 });
});
