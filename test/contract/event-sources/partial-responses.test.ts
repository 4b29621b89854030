/** Partial batch responses, by the Lambda Developer Guide ("Handling errors for an SQS event source in Lambda"). */
import { expect, test } from 'vitest';
import { type Batch, done, settle, startConsumer } from './consumer.fixture.ts';

const reporting = { mapping: { FunctionResponseTypes: ['ReportBatchItemFailures'] } };

/** How many of a batch of three stay in the queue after the function's answer. */
const leftAfter = async (answer: (ids: string[]) => unknown) => {
  await using consumer = await startConsumer({
    mapping: { ...reporting.mapping, BatchSize: 3, MaximumBatchingWindowInSeconds: 1 },
  });
  consumer.send('one', 'two', 'three');
  const { event, end }: Batch = await consumer.batch();
  end(done(answer(event.Records.map(({ messageId }) => messageId))));
  await settle();
  return consumer.count('Jobs').inFlight;
};

test('only the messages that the answer names are received again', async () => {
  await using consumer = await startConsumer({
    mapping: { ...reporting.mapping, BatchSize: 3, MaximumBatchingWindowInSeconds: 1 },
  });
  consumer.send('one', 'two', 'three');
  const { event, end } = await consumer.batch();
  end(done({ batchItemFailures: [{ itemIdentifier: event.Records[1]?.messageId }] }));
  await settle();
  expect(consumer.reports).toEqual(['Mapping: Consumer reported 1 of 3 messages of Jobs as failed']);
  await consumer.clock.advance(60_000);
  await consumer.clock.advance(1000);
  expect((await consumer.batch()).bodies).toEqual(['two']);
});

test.each([
  ['an empty list', { batchItemFailures: [] }],
  ['a null list', { batchItemFailures: null }],
  ['an empty answer', {}],
  ['a null answer', null],
])('%s is a complete success', async (_what, answer) => {
  expect(await leftAfter(() => answer)).toBe(0);
});

test.each([
  ['an answer that is no object', () => 'done'],
  ['a list that is none', () => ({ batchItemFailures: 'all' })],
  [
    'an empty itemIdentifier',
    ([id]: string[]) => ({ batchItemFailures: [{ itemIdentifier: id }, { itemIdentifier: '' }] }),
  ],
  ['a null itemIdentifier', () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
  ['a bad key name', ([id]: string[]) => ({ batchItemFailures: [{ messageId: id }] })],
])('%s is a complete failure', async (_what, answer) => {
  expect(await leftAfter(answer)).toBe(3);
});

test('unverified: an itemIdentifier that is not of the batch is a complete failure', async () => {
  expect(await leftAfter(() => ({ batchItemFailures: [{ itemIdentifier: 'elsewhere' }] }))).toBe(3);
});
