import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { quotaNames, quotas } from '../../functions/shared/quotas.ts';
import { createRates } from '../../functions/shared/rates.ts';

const defaults = z
  .record(z.enum(quotaNames), z.int())
  .parse(Object.fromEntries(quotaNames.map((name) => [name, quotas[name].default])));
const minute = 60_000;

/** Rates with counters in memory, at a time that the test decides on, as one environment of a function or more keep them. */
const setUp = () => {
  const counts = new Map<string, number>();
  const time = { now: 1000 * minute };
  let writes = 0;
  const another = () => ({
    rates: createRates({
      directory: {
        count: async ({ rateClass, subject, window }, by) => {
          const key = `${rateClass} ${subject} ${window}`;
          const count = (counts.get(key) ?? 0) + by;
          counts.set(key, count);
          writes += 1;
          return count;
        },
      },
      platform: { now: () => time.now },
      limits: defaults,
    }),
  });
  return { ...another(), another, time, written: () => writes };
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

const bundle = 32;

test('calls that are counted by bundles are written down once in 32, those of each subject by themselves', async () => {
  const { rates, written } = setUp();
  const call = (subject: string) => rates.chargeBundled('readsPerMinute', subject);
  for (let i = 1; i < bundle; i += 1) await Promise.all([call('a'), call('b')]);
  expect(written()).toBe(0);
  await call('a');
  expect(written()).toBe(1);
  for (let i = 0; i < bundle; i += 1) await call('a');
  expect(written()).toBe(2);
  await call('b');
  expect(written()).toBe(3);
});

test('a rate that is counted by bundles refuses at its limit, and lets 31 more through in each further environment', async () => {
  const first = setUp();
  const second = first.another();
  const call = ({ rates }: Pick<typeof first, 'rates'>) => succeeds(rates.chargeBundled('sendsPerMinute', 'a'));
  const limit = defaults.sendsPerMinute;
  let through = 0;
  while (await call(first)) through += 1;
  expect(through).toBeGreaterThanOrEqual(limit);
  expect(through).toBeLessThan(limit + bundle);
  for (let i = 1; i < bundle; i += 1) expect(await call(second)).toBe(true);
  expect(await call(second)).toBe(false);
});

test('a rate that is counted by bundles and has begun to refuse refuses each call, and writes nothing for it', async () => {
  const { rates, written } = setUp();
  while (await succeeds(rates.chargeBundled('sendsPerMinute', 'a')));
  const before = written();
  for (let i = 0; i < 200; i += 1) expect(await succeeds(rates.chargeBundled('sendsPerMinute', 'a'))).toBe(false);
  expect(written()).toBe(before);
});

test('what has been counted by bundles is over with its period, written down or not', async () => {
  const { rates, time, written } = setUp();
  const call = () => succeeds(rates.chargeBundled('sendsPerMinute', 'a'));
  for (let i = 1; i < bundle; i += 1) await call();
  time.now += minute;
  for (let i = 1; i < bundle; i += 1) await call();
  expect(written()).toBe(0);
  while (await call());
  time.now += minute;
  expect(await call()).toBe(true);
});

test('of more subjects than it remembers it begins to count anew', async () => {
  const { rates, written } = setUp();
  for (let i = 1; i < bundle; i += 1) await rates.chargeBundled('sendsPerMinute', 'a');
  for (let i = 0; i < 1000; i += 1) await rates.chargeBundled('sendsPerMinute', `subject ${i}`);
  await rates.chargeBundled('sendsPerMinute', 'a');
  expect(written()).toBe(0);
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
