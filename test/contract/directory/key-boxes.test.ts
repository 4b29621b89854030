import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '#protocol';
import { loseAnswer, refusal, type Rule } from '../../fixtures/ruled-engine.ts';
import { newOwner, startDirectory } from './directory.fixture.ts';

let started: Awaited<ReturnType<typeof startDirectory>>;
beforeAll(async () => {
  started = await startDirectory();
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

const newBlobs = () => Array.from({ length: limits.keysPublished }, () => randomBytes(32).toString('base64url'));

/** What came of many claims at once. */
const claimAtOnce = async (address: string, times: number) => {
  const claims = await Promise.allSettled(Array.from({ length: times }, () => started.directory.claimKey(address)));
  const claimed = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
  return {
    claims,
    oneTime: claimed.filter(({ oneTime }) => oneTime).map(({ blob = '' }) => blob),
    others: claimed.filter(({ oneTime }) => !oneTime).map(({ blob = '' }) => blob),
  };
};

test('of three hundred claims at once, a hundred get a one-time key each, the others the one of last resort', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const published = [newBlobs(), newBlobs(), newBlobs(), newBlobs()];
  const [lastResort = ''] = newBlobs();
  for (const oneTime of published) await directory.publishKeys(address, { lastResort, oneTime });

  const { oneTime, others } = await claimAtOnce(address, 300);

  expect(oneTime.toSorted()).toEqual(published.flat().toSorted());
  expect(others).toHaveLength(200);
  expect(new Set(others)).toEqual(new Set([lastResort]));
});

test('claims that run while keys are published never get one twice', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const published: string[][] = [];
  const publish = async () => {
    for (let i = 0; i < 6; i += 1) {
      const oneTime = newBlobs();
      const available = await directory.publishKeys(address, { lastResort: undefined, oneTime });
      if (available !== undefined) published.push(oneTime);
    }
  };
  const rounds = await Promise.all([publish(), ...[1, 2, 3].map(() => claimAtOnce(address, 40))]);
  const got = rounds.flatMap((round) => round?.oneTime ?? []);
  const rest = await claimAtOnce(address, 200);

  const all = [...got, ...rest.oneTime];
  expect(all.toSorted()).toEqual(published.flat().toSorted());
});

test('a key whose claim loses its answer is lost, and given to nobody else', async () => {
  const { directory, engine } = started;
  const { address } = await newOwner(directory);
  const published = [newBlobs(), newBlobs(), newBlobs(), newBlobs()];
  for (const oneTime of published) await directory.publishKeys(address, { lastResort: undefined, oneTime });
  let calls = 0;
  /** Every third call fails, in turn before and after its work is done. */
  const unreliable: Rule = async (forward, input) => {
    calls += 1;
    if (calls % 6 === 0) return refusal('ProvisionedThroughputExceededException');
    return calls % 3 === 0 ? loseAnswer(forward, input) : forward();
  };
  engine.all('UpdateItem', unreliable);
  engine.all('DeleteItem', unreliable);

  const { oneTime } = await claimAtOnce(address, 300);
  engine.all('UpdateItem');
  engine.all('DeleteItem');

  expect(new Set(oneTime).size).toBe(oneTime.length);
  expect(oneTime.length).toBeGreaterThan(20);
  const all = new Set(published.flat());
  for (const blob of oneTime) expect(all).toContain(blob);
  expect((await claimAtOnce(address, 20)).oneTime.filter((blob) => oneTime.includes(blob))).toEqual([]);
});

test('a late repeat of one of the last eight publications adds nothing, however many came between', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const [former, lastResort] = newBlobs();
  const published = Array.from({ length: 8 }, () => newBlobs().slice(0, 3));
  for (const oneTime of published) await directory.publishKeys(address, { lastResort: former, oneTime });
  for (const oneTime of published) {
    expect(await directory.publishKeys(address, { lastResort: former, oneTime })).toBe(24);
  }
  // The same one-time keys with another key of last resort are another publication.
  const [renewed = []] = published;
  expect(await directory.publishKeys(address, { lastResort, oneTime: renewed })).toBe(27);
});

test('a publication whose answer is lost has happened once', async () => {
  const { directory, engine } = started;
  const { address } = await newOwner(directory);
  const oneTime = newBlobs();
  engine.next('TransactWriteItems', loseAnswer);
  expect(await directory.publishKeys(address, { lastResort: undefined, oneTime })).toBe(25);
  expect(await directory.publishKeys(address, { lastResort: undefined, oneTime })).toBe(25);
  expect((await claimAtOnce(address, 30)).oneTime.toSorted()).toEqual(oneTime.toSorted());
});

test('the keys of a device are forgotten, those given out and those not, and again if asked again', async () => {
  const { directory, operator } = started;
  const { address } = await newOwner(directory);
  const [lastResort = '', ...oneTime] = newBlobs();
  await directory.publishKeys(address, { lastResort, oneTime });
  for (const _ of [1, 2, 3]) await directory.claimKey(address);
  expect(await operator.keys(`K#${address}`)).toHaveLength(oneTime.length - 3 + 1);
  for (const _ of [1, 2]) {
    await directory.forgetKeys(address);
    expect(await operator.keys(`K#${address}`)).toEqual([]);
  }
});

/** As if the table had been restored from another. */
const restore = async (address: string) => {
  const { operator } = started;
  const box = await operator.item(`K#${address}`, 'box');
  await operator.put({ ...box, pk: `K#${address}`, sk: 'box', table: 'the table of before' });
};

test('a publication of before a restore that is repeated after it gives nobody its keys again', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const [lastResort = '', ...oneTime] = newBlobs();
  await directory.publishKeys(address, { lastResort, oneTime });
  await restore(address);

  expect(await directory.publishKeys(address, { lastResort, oneTime })).toBe(0);
  expect(await directory.claimKey(address)).toEqual({ blob: lastResort, oneTime: false, available: 0, lost: true });
});

test('a device whose keys a restore has left nothing of, not even the one of last resort, counts as not knowing', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const none = { blob: undefined, oneTime: false, available: 0 };
  expect(await directory.claimKey(address)).toEqual({ ...none, lost: true });
  await directory.publishKeys(address, { lastResort: undefined, oneTime: newBlobs() });
  await restore(address);
  expect(await directory.claimKey(address)).toEqual({ ...none, lost: true });
});

test('keys that came by a restore are given to nobody, but the one of last resort; new ones take their place', async () => {
  const { directory, operator } = started;
  const { address } = await newOwner(directory);
  const [lastResort = '', ...oneTime] = newBlobs();
  await directory.publishKeys(address, { lastResort, oneTime });
  await directory.claimKey(address);
  await restore(address);

  const last = { blob: lastResort, oneTime: false, available: 0 };
  expect(await directory.claimKey(address)).toEqual({ ...last, lost: true });
  expect(await directory.publishKeys(address, { lastResort: undefined, oneTime: [] })).toBe(0);
  expect(await directory.claimKey(address)).toEqual({ ...last, lost: false });
  const fresh = newBlobs();
  expect(await directory.publishKeys(address, { lastResort: undefined, oneTime: fresh })).toBe(fresh.length);

  const { oneTime: given, others } = await claimAtOnce(address, 30);
  expect(given.toSorted()).toEqual(fresh.toSorted());
  expect(new Set(others)).toEqual(new Set([lastResort]));
  await directory.forgetKeys(address);
  expect(await operator.keys(`K#${address}`)).toEqual([]);
});
