import { describe, expect, test } from 'vitest';
import {
  alignColumns,
  costOf,
  formatAmount,
  priceList,
  type Usage,
  usageRows,
  usageTable,
} from '../../../local/meter/index.ts';
import { messageEvent, watchCloud } from './meter.fixture.ts';

const nothing: Usage = watchCloud().meter.snapshot().totals;
const usd = (usage: Partial<Usage>) => costOf({ ...nothing, ...usage });

describe('the price of', () => {
  test.each([
    ['a billion messages', { gatewayMessages: 1e9 }, 1000],
    // 1,000 connections for 30 days.
    ['43.2 million connection minutes', { connectionMinutes: 1000 * 60 * 24 * 30 }, 10.8],
    ['a million invocations', { invocations: 1e6 }, 0.2],
    ['a million GB-seconds on arm64', { gbMs: 1e9 }, 13.3334],
    ['8 million RRU', { readUnits: 8e6 }, 1],
    ['8 million WRU', { writeUnits: 8e6 }, 5],
    ['a million pushes to phones', { snsPublishes: 1e6, snsPushes: 1e6 }, 1],
    ['a million requests to SQS', { sqsRequests: 1e6 }, 0.4],
    ['a million schedules', { schedulerInvocations: 1e6 }, 1],
    ['10,000 calls to Secrets Manager', { secretCalls: 10_000 }, 0.05],
    ['cold starts, but for the time that they take', { coldStarts: 1e6, initMs: 1e9 }, 0],
    ['nothing', {}, 0],
  ])('%s', (_what, usage, price) => {
    expect(usd(usage)).toBeCloseTo(price, 10);
  });

  test('a message from one phone to one other, as the steps add up', () => {
    const message = { gatewayMessages: 4, invocations: 2, readUnits: 2, writeUnits: 2, gbMs: 20 };
    expect(usd(message) * 1e6).toBeCloseTo(4 + 0.4 + 0.25 + 1.25 + 0.266668, 6);
  });

  test('everything has a date and a source', () => {
    expect(priceList.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const { source } of Object.values(priceList.prices)) expect(source).toMatch(/\w/);
  });
});

describe('the table', () => {
  test('has the dearest method first, the totals last, and columns for what was used at all', () => {
    using cloud = watchCloud();
    cloud.begin('session', messageEvent('session.time')).ends({ duration: 1, memory: 256 });
    const run = cloud.begin('relay', messageEvent('relay.send'));
    run.calls({ consumed: { reads: 2, writes: 1 } });
    run.ends({ duration: 8, memory: 1024 });
    expect(usageTable(cloud.meter.snapshot())).toBe(
      [
        'method        invocations  GB-ms  RRU  WRU           USD',
        'relay.send              1      8    2    1   0.000001182',
        'session.time            1   0.25    0    0  0.0000002033',
        'total                   2   8.25    2    1   0.000001385',
      ].join('\n'),
    );
  });

  test('of nothing is a total of nothing', () => {
    using cloud = watchCloud();
    expect(usageRows(cloud.meter.snapshot())).toEqual({ head: ['method', 'USD'], rows: [['total', '0']] });
  });

  test('has names to the left and numbers to the right', () => {
    expect(
      alignColumns([
        ['a', 'bbb'],
        ['aaaa', '1'],
      ]),
    ).toBe('a     bbb\naaaa    1');
  });

  test.each([
    [0, '0'],
    [1234567, '1,234,567'],
    [0.25, '0.25'],
    [9.999, '10'],
    [12.34, '12.3'],
  ])('shows %d as %s', (amount, text) => {
    expect(formatAmount(amount)).toBe(text);
  });
});
