import { describe, expect, test } from 'vitest';
import { statisticOf } from '../../../local/metrics/statistic.ts';
import { errorsOf, of, storeOf } from './metrics.fixture.ts';

describe('a statistic', () => {
  const store = storeOf([of('Latency'), 10, 4, 1], [of('Latency'), 12, 7], [of('Latency'), 90, 100]);
  const buckets = store.between(of('Latency'), 5000, 65_000);

  test.each([
    ['Sum', 12],
    ['SampleCount', 3],
    ['Average', 4],
    ['Minimum', 1],
    ['Maximum', 7],
    ['p50', 4],
    ['p99', 7],
    ['p100', 7],
  ])('%s is of what was taken in the period', (name, value) => {
    expect(statisticOf(name, buckets)).toBe(value);
  });

  test('of nothing is no datapoint', () => {
    expect(statisticOf('Sum', store.between(of('Latency'), 100_000, 160_000))).toBeNaN();
    expect(statisticOf('Sum', store.between(of('Latency', {}), 0, 100_000))).toBeNaN();
  });

  test('that is not known is named', () => {
    expect(() => statisticOf('tm90', buckets)).toThrow('The statistic tm90 is not served by the local cloud.');
  });

  test('counts all values of a second, and takes percentiles of the first five hundred', () => {
    const busy = storeOf([of('Latency'), 1, ...Array.from({ length: 2000 }, (_, i) => i)]);
    const buckets = busy.between(of('Latency'), 0, 1000);
    expect(['SampleCount', 'Maximum', 'p100'].map((name) => statisticOf(name, buckets))).toEqual([2000, 1999, 499]);
  });
});

test('what is older than ten minutes is forgotten', () => {
  const store = storeOf([of('Sends'), 10, 1], [of('Sends'), 20, 1], [of('Sends'), 10 * 60 + 15, 1]);
  expect(store.between(of('Sends'), 0, 60_000)).toHaveLength(1);
  expect(store.since()).toBe(20_000);
});

test('metrics are found by the names of their dimensions, in whatever order', () => {
  const store = storeOf([of('Errors'), 1, 1], [errorsOf('internal'), 1, 1], [errorsOf('unlinked'), 1, 1]);
  expect(store.withDimensions('Shop', ['Code', 'Stage'])).toEqual([errorsOf('internal'), errorsOf('unlinked')]);
  expect(store.between(of('Errors', { Code: 'internal', Stage: 'dev' }), 0, 1000)).toHaveLength(1);
});
