import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { serveFunctions } from '../lambda/functions.fixture.ts';
import { settle, startConsumer } from './consumer.fixture.ts';

const source = `
  export const handler = async ({ Records }) => ({
    batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })),
  });
`;

test('a real function’s bundle works on a batch, and what it reports as failed stays (LDG services-sqs-errorhandling)', async () => {
  await using functions = await serveFunctions({ 'Test-Consumer': source });
  const ended = new EventEmitter();
  await using consumer = await startConsumer({
    mapping: {
      BatchSize: 3,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
    invoke: async (arn, event) => {
      const invocation = await functions.invoke(arn, event);
      ended.emit('invocation', invocation);
      return invocation;
    },
  });
  const invocation = once(ended, 'invocation');
  consumer.send('good', 'bad', 'better');
  expect(await invocation).toEqual([{ payload: { batchItemFailures: [{ itemIdentifier: expect.any(String) }] } }]);
  await settle();
  expect(consumer.count('Jobs')).toEqual({ visible: 0, inFlight: 1 });
});
