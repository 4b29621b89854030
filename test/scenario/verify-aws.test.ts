import { afterAll, beforeAll, expect, test } from 'vitest';
import { checks } from '../../scripts/verify-aws/checks.ts';
import { managementChecks } from '../../scripts/verify-aws/management-checks.ts';
import { openStage, type Stage } from '../../scripts/verify-aws/stage.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let stage: Stage;
beforeAll(async () => {
  cloud = await startTestCloud();
  const { endpoint, management } = cloud;
  const { url, region, operator: credentials } = cloud.aws;
  stage = await openStage({ endpoint, management, aws: { endpoint: url, region, credentials } });
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

test.each(Object.keys(checks))('the local cloud passes the check for deployed stages: %s', async (name) => {
  await expect(checks[name]?.(cloud.endpoint)).resolves.toBeUndefined();
});

test.each(Object.keys(managementChecks))('… and the one with credentials: %s', async (name) => {
  await expect(managementChecks[name]?.(stage)).resolves.toBeUndefined();
});
