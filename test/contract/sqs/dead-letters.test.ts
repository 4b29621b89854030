/** Dead-letter queues, by the SQS Developer Guide (SQSDG "Using dead-letter queues", "dead-letter queue redrive"). */
import {
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { makeQueue, queueArn, redriveTo, startQueues, started, type TestQueues } from './sqs.fixture.ts';

const queues = (maxReceiveCount: number, properties: Record<string, unknown> = {}) => [
  makeQueue('Jobs', { VisibilityTimeout: 10, ...redriveTo('Dead', maxReceiveCount), ...properties }),
  makeQueue('Dead', { VisibilityTimeout: 10 }),
];

const send = (aws: TestQueues, name: string, MessageBody: string) =>
  aws.sqs().send(new SendMessageCommand({ QueueUrl: aws.queueUrl(name), MessageBody }));

const receive = async (aws: TestQueues, name: string) => {
  const asked = { QueueUrl: aws.queueUrl(name), MessageSystemAttributeNames: ['All' as const] };
  return (await aws.sqs().send(new ReceiveMessageCommand({ ...asked, MaxNumberOfMessages: 10 }))).Messages ?? [];
};

/** Sends a message to `Jobs` that ends as a dead letter. */
const fail = async (aws: TestQueues, body: string) => {
  const { MessageId } = await send(aws, 'Jobs', body);
  await receive(aws, 'Jobs');
  await aws.clock.advance(10_000);
  expect(await receive(aws, 'Jobs')).toEqual([]);
  return MessageId;
};

test('a message received maxReceiveCount times goes to the dead-letter queue instead of being received again', async () => {
  await using aws = await startQueues(queues(2));
  const { MessageId } = await send(aws, 'Jobs', 'poison');
  for (const count of ['1', '2']) {
    expect(await receive(aws, 'Jobs')).toMatchObject([{ Attributes: { ApproximateReceiveCount: count } }]);
    await aws.clock.advance(10_000);
    expect(await receive(aws, 'Dead')).toEqual([]);
  }
  expect(await receive(aws, 'Jobs')).toEqual([]);
  const [dead] = await receive(aws, 'Dead');
  expect(dead).toMatchObject({ MessageId, Body: 'poison' });
  expect(dead?.Attributes).toMatchObject({
    SentTimestamp: String(started),
    DeadLetterQueueSourceArn: queueArn('Jobs'),
  });
});

test('a dead letter keeps its enqueue time, by which it expires', async () => {
  const [jobs] = queues(1);
  if (jobs === undefined) throw new Error('There is a first queue.');
  await using aws = await startQueues([jobs, makeQueue('Dead', { MessageRetentionPeriod: 60 })]);
  await fail(aws, 'poison');
  await aws.clock.advance(49_999);
  expect(await receive(aws, 'Dead')).toHaveLength(1);
  await aws.clock.advance(1);
  await aws.clock.advance(30_000);
  expect(await receive(aws, 'Dead')).toEqual([]);
});

test('unverified: the receipts of the source queue do not count in the dead-letter queue', async () => {
  await using aws = await startQueues(queues(1));
  await fail(aws, 'poison');
  expect(await receive(aws, 'Dead')).toMatchObject([{ Attributes: { ApproximateReceiveCount: '1' } }]);
});

test('a redrive sends dead letters back to where they came from, as new messages', async () => {
  await using aws = await startQueues(queues(1));
  const MessageId = await fail(aws, 'poison');
  const started = aws.clock.now();
  const SourceArn = queueArn('Dead');
  const { TaskHandle } = await aws.sqs().send(new StartMessageMoveTaskCommand({ SourceArn }));
  expect(TaskHandle).toEqual(expect.any(String));

  const [again] = await receive(aws, 'Jobs');
  expect(again).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
  expect(again?.MessageId).not.toBe(MessageId);
  expect(again?.Attributes?.SentTimestamp).toBe(String(started));
  expect(await receive(aws, 'Dead')).toEqual([]);
  const { Results } = await aws.sqs().send(new ListMessageMoveTasksCommand({ SourceArn }));
  expect(Results).toEqual([
    {
      Status: 'COMPLETED',
      SourceArn,
      ApproximateNumberOfMessagesMoved: 1,
      ApproximateNumberOfMessagesToMove: 1,
      StartedTimestamp: started,
    },
  ]);
});

test('a redrive may name another destination', async () => {
  await using aws = await startQueues([...queues(1), makeQueue('Elsewhere')]);
  await fail(aws, 'poison');
  await send(aws, 'Dead', 'put there by hand');
  const [SourceArn, DestinationArn] = [queueArn('Dead'), queueArn('Elsewhere')];
  await aws.sqs().send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
  const moved = await receive(aws, 'Elsewhere');
  expect(moved.map(({ Body }) => Body)).toEqual(['poison', 'put there by hand']);
});

test('only a dead-letter queue can be redriven (APIReference StartMessageMoveTask)', async () => {
  await using aws = await startQueues(queues(1));
  const redrive = aws.sqs().send(new StartMessageMoveTaskCommand({ SourceArn: queueArn('Jobs') }));
  await expect(redrive).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a dead-letter queue tells whose it is (APIReference ListDeadLetterSourceQueues)', async () => {
  await using aws = await startQueues(queues(1));
  const list = new ListDeadLetterSourceQueuesCommand({ QueueUrl: aws.queueUrl('Dead') });
  expect((await aws.sqs().send(list)).queueUrls).toEqual([aws.queueUrl('Jobs')]);
});

test('a queue whose dead-letter queue is not in the template cannot be served', async () => {
  const starting = startQueues([makeQueue('Jobs', redriveTo('Nowhere', 3))]);
  await expect(starting).rejects.toThrow(
    `has the dead-letter queue ${queueArn('Nowhere')}, which the template does not`,
  );
});
