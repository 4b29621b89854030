import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { withoutLogger } from '../../functions/shared/without-logger.ts';

const names = (client: SQSClient) => client.middlewareStack.identify().map((one) => one.split(' ')[0]);

test('a client loses the SDK’s logger, and nothing else', () => {
  const before = names(new SQSClient());
  expect(before.some((name) => name?.startsWith('loggerMiddleware'))).toBe(true);
  const after = names(withoutLogger(new SQSClient()));
  expect(after).toEqual(before.filter((name) => name?.startsWith('loggerMiddleware') === false));
});
