/** Which mappings are served, and which could not be deployed. */
import { expect, test } from 'vitest';
import { allow } from '../aws/aws.fixture.ts';
import { queueArn } from '../sqs/sqs.fixture.ts';
import { startConsumer } from './consumer.fixture.ts';

test('a function that may not receive and delete is no consumer (LDG services-sqs-configure, execution role)', async () => {
  const statements = [allow('sqs:ReceiveMessage', queueArn('Jobs')), allow('sqs:*', queueArn('Dead'))];
  await expect(startConsumer({ statements })).rejects.toThrow(
    `Mapping: the function Consumer cannot consume the queue: its role needs sqs:DeleteMessage, sqs:GetQueueAttributes on ${queueArn('Jobs')}.`,
  );
});

test('a queue must hide messages for at least the function’s timeout (LDG services-sqs-configure, visibility timeout)', async () => {
  const starting = startConsumer({ queue: { VisibilityTimeout: 2 } });
  await expect(starting).rejects.toThrow(
    'the visibility timeout of Jobs, 2 seconds is less than the timeout of Consumer, 3: make it at least that',
  );
});

test.each([
  ['a BatchSize above 10 without a window', { BatchSize: 11 }, 'it needs a MaximumBatchingWindowInSeconds'],
  ['a BatchSize above 10 000', { BatchSize: 10_001 }, 'AWS::Lambda::EventSourceMapping Mapping in the template'],
  ['a concurrency of one', { ScalingConfig: { MaximumConcurrency: 1 } }, 'Mapping in the template'],
  ['a filter', { FilterCriteria: { Filters: [] } }, 'Filtering of events is not served here'],
  ['a stream', { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' }, 'only queues of SQS are'],
  ['an unknown queue', { EventSourceArn: queueArn('Nowhere') }, 'The specified queue does not exist'],
  ['an unknown function', { FunctionName: 'Nobody' }, 'the function Nobody, which the template does not define'],
])('a mapping with %s is refused (AWS::Lambda::EventSourceMapping)', async (_what, mapping, why) => {
  await expect(startConsumer({ mapping })).rejects.toThrow(why);
});

test('a mapping that is not enabled brings nothing', async () => {
  await using consumer = await startConsumer({ mapping: { Enabled: false } });
  consumer.send('one');
  expect(consumer.batches()).toBe(0);
  expect(consumer.count('Jobs').visible).toBe(1);
});

test('a mapping may name its function by ARN', async () => {
  const FunctionName = 'arn:aws:lambda:us-east-1:000000000000:function:Test-Consumer';
  await using consumer = await startConsumer({ mapping: { FunctionName } });
  consumer.send('one');
  expect((await consumer.batch()).bodies).toEqual(['one']);
});

test('a batch that was worked on when the cloud stopped is not deleted', async () => {
  const consumer = await startConsumer();
  consumer.send('one');
  const { end } = await consumer.batch();
  await consumer[Symbol.asyncDispose]();
  end({ payload: null });
  await new Promise((resolve) => setImmediate(resolve));
  expect(consumer.reports).toEqual([]);
});
