import { afterAll, beforeAll, expect, test } from 'vitest';
import { checks } from '../../scripts/verify-aws/checks.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

test.each(Object.keys(checks))('the local cloud passes the check for deployed stages: %s', async (name) => {
  await expect(checks[name]?.(cloud.endpoint)).resolves.toBeUndefined();
});
