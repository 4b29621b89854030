import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Cloud } from '#local';
import { countAws } from '../../../local/metrics/aws-metrics.ts';
import { logGroupsOf } from '../../../local/metrics/log-groups.ts';
import { type MetricStore, openMetricStore } from '../../../local/metrics/metric-store.ts';
import { statisticOf } from '../../../local/metrics/statistic.ts';
import { messageTo, meetPhones, send } from '../../fixtures/mail.ts';
import { startTestCloud } from '../../fixtures/world.ts';

const running = new AsyncDisposableStack();
const store: MetricStore = openMetricStore();
let cloud: Cloud;
let bytes: number;

/** The sum of a metric over all values of its one dimension. */
const sumOf = (namespace: string, name: string, ...dimensions: string[]): number =>
  store
    .withDimensions(namespace, dimensions)
    .filter((metric) => metric.name === name)
    .map((metric) => statisticOf('Sum', store.between(metric, 0, cloud.clock.now() + 1000)))
    .reduce((sum, value) => sum + value, 0);

beforeAll(async () => {
  cloud = running.use(await startTestCloud());
  running.use(countAws(cloud, store));
  bytes = 0;
  cloud.onLine(({ line, source }) => {
    if (source === 'stdout') bytes += Buffer.byteLength(line);
  });
  await using people = await meetPhones(cloud.endpoint);
  await send(people.phone, messageTo(people.ben), messageTo(people.ben));
});
afterAll(() => running.disposeAsync());

test('frames, invocations and request units are those that the meter counts', async () => {
  await expect
    .poll(() => {
      const { totals, perFunction } = cloud.meter.snapshot();
      const [name = '', relay] = Object.entries(perFunction).find(([name]) => name.includes('relay')) ?? [];
      const invocations = { namespace: 'AWS/Lambda', name: 'Invocations', dimensions: { FunctionName: name } };
      return [
        sumOf('AWS/ApiGateway', 'MessageCount', 'ApiId', 'Stage') - totals.gatewayMessages,
        statisticOf('Sum', store.between(invocations, 0, cloud.clock.now() + 1000)) - (relay?.invocations ?? 0),
        sumOf('AWS/DynamoDB', 'ConsumedReadCapacityUnits', 'TableName') - totals.readUnits,
        sumOf('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', 'TableName') - totals.writeUnits,
      ];
    })
    .toEqual([0, 0, 0, 0]);
  expect(cloud.meter.snapshot().totals.gatewayMessages).toBeGreaterThan(4);
});

test('the bytes of logs are counted for the log groups of the template', () => {
  const groups = store.withDimensions('AWS/Logs', ['LogGroupName']).map(({ dimensions }) => dimensions['LogGroupName']);
  const { functions, accessLog } = logGroupsOf(cloud.template);
  expect(groups).toContain(accessLog);
  expect(groups.every((group) => [...functions.values(), accessLog].includes(z.string().parse(group)))).toBe(true);
  expect(sumOf('AWS/Logs', 'IncomingBytes', 'LogGroupName')).toBeGreaterThanOrEqual(bytes);
});

test('a function that fails, and one that is throttled by DynamoDB, are counted', async () => {
  expect(sumOf('AWS/Lambda', 'Errors', 'FunctionName')).toBe(0);
  expect(sumOf('AWS/DynamoDB', 'WriteThrottleEvents', 'TableName')).toBe(0);
  await using people = await meetPhones(cloud.endpoint);
  using _throttled = cloud.faults.add({
    kind: 'error',
    service: 'dynamodb',
    operation: 'BatchWriteItem',
    error: 'ThrottlingException',
    times: 1,
  });
  await send(people.phone, messageTo(people.ben));
  expect(sumOf('AWS/DynamoDB', 'WriteThrottleEvents', 'TableName')).toBe(1);
  const relay = [...cloud.lambda.functions.keys()].find((name) => name.includes('relay')) ?? '';
  await cloud.lambda.invoke(relay, 'no event of the gateway');
  expect(sumOf('AWS/Lambda', 'Errors', 'FunctionName')).toBe(1);
});
