import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { quotaNames, quotas } from '../../functions/shared/quotas.ts';
import { createRates } from '../../functions/shared/rates.ts';

const defaults = z
  .record(z.enum(quotaNames), z.int())
  .parse(Object.fromEntries(quotaNames.map((name) => [name, quotas[name].default])));
const minute = 60_000;

/** Rates with counters in memory, at a time and with random numbers that the test decides on. */
const setUp = (random: () => number = () => 0) => {
  const counts = new Map<string, number>();
  const time = { now: 1000 * minute };
  let writes = 0;
  const rates = createRates({
    directory: {
      count: async ({ rateClass, subject, window }, by) => {
        const key = `${rateClass} ${subject} ${window}`;
        const count = (counts.get(key) ?? 0) + by;
        counts.set(key, count);
        writes += 1;
        return count;
      },
    },
    platform: { now: () => time.now, random },
    limits: defaults,
  });
  return { rates, time, written: () => writes };
};

/** Numbers from 0 up to 1, evenly spread (mulberry32). */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const succeeds = async (call: Promise<void>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch {
    return false;
  }
};

test('an exact rate lets through so many in a period, then says how long the period lasts', async () => {
  const { rates, time } = setUp();
  const claim = () => rates.charge('claimsPerPairPerHour', 'a>b');
  time.now += 10 * minute;
  const left = 60 * minute - (time.now % (60 * minute));
  for (let i = 0; i < defaults.claimsPerPairPerHour; i += 1) await claim();
  await expect(claim()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: left });
  await rates.charge('claimsPerPairPerHour', 'a>c');
  time.now += left;
  await claim();
});

test('whoever is refused is not counted any more until the period ends', async () => {
  const { rates, time, written } = setUp();
  const claim = () => rates.charge('claimsPerPairPerHour', 'a>b');
  while (await succeeds(claim()));
  const before = written();
  time.now += minute;
  for (const _ of [1, 2, 3]) expect(await succeeds(claim())).toBe(false);
  await expect(claim()).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 60 * minute - (time.now % (60 * minute)),
  });
  expect(written()).toBe(before);
  await rates.charge('claimsPerPairPerHour', 'a>c');
  await rates.charge('claimsPerTargetPerHour', 'a>b');
  expect(written()).toBe(before + 2);
});

test('however many are refused, all stay refused', async () => {
  const { rates } = setUp();
  const subjects = Array.from({ length: 1500 }, (_, i) => `subject ${i}`);
  for (const subject of subjects) await succeeds(rates.charge('sendsPerMinute', subject, defaults.sendsPerMinute + 1));
  for (const subject of subjects) expect(await succeeds(rates.charge('sendsPerMinute', subject))).toBe(false);
});

const seeds = Array.from({ length: 200 }, (_, seed) => seed);
const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

test('a sampled rate writes once in 64 calls', async () => {
  const writes: number[] = [];
  for (const seed of seeds) {
    const { rates, written } = setUp(randomFrom(seed));
    for (let i = 0; i < 640; i += 1) await rates.sample('readsPerMinute', `device ${i}`);
    writes.push(written());
  }
  // Their mean deviates by 0.2.
  expect(mean(writes)).toBeCloseTo(10, 0);
});

test('a sampled rate begins to refuse about at its limit, seldom below half of it', async () => {
  const refusedAfter: number[] = [];
  for (const seed of seeds) {
    const { rates } = setUp(randomFrom(seed));
    let calls = 0;
    while (await succeeds(rates.sample('sendsPerMinute', 'a'))) calls += 1;
    refusedAfter.push(calls);
  }
  const { sendsPerMinute } = defaults;
  // It takes 19 samples: their mean deviates by 1.6 %, one of them by 23 %.
  expect(mean(refusedAfter) / sendsPerMinute).toBeCloseTo(1, 1);
  expect(refusedAfter.filter((calls) => calls < sendsPerMinute / 2).length).toBeLessThanOrEqual(4);
  expect(refusedAfter.filter((calls) => calls > sendsPerMinute * 2).length).toBeLessThanOrEqual(4);
});

test('a sampled rate that has begun to refuse refuses each call, not only those that are counted', async () => {
  const { rates, written } = setUp(randomFrom(7));
  while (await succeeds(rates.sample('sendsPerMinute', 'a')));
  const before = written();
  for (let i = 0; i < 200; i += 1) expect(await succeeds(rates.sample('sendsPerMinute', 'a'))).toBe(false);
  expect(written()).toBe(before);
});

test('what a sampled rate has counted is over with its period', async () => {
  const { rates, time } = setUp();
  const sends = Math.floor(defaults.sendsPerMinute / 64);
  for (let i = 0; i < sends; i += 1) await rates.sample('sendsPerMinute', 'a');
  expect(await succeeds(rates.sample('sendsPerMinute', 'a'))).toBe(false);
  time.now += minute;
  expect(await succeeds(rates.sample('sendsPerMinute', 'a'))).toBe(true);
});

test('a connection is to be closed when it is refused for the twentieth time in a minute', async () => {
  const { rates, time } = setUp();
  const refuse = async (times: number) => {
    const closed = [];
    for (let i = 0; i < times; i += 1) closed.push(await rates.refused('c'));
    return closed;
  };
  expect(await refuse(19)).not.toContain(true);
  time.now += minute;
  expect(await refuse(21)).toEqual([...Array<boolean>(19).fill(false), true, true]);
});
