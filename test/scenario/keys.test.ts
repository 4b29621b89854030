import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Cloud } from '#local';
import { limits } from '#protocol';
import { meet, meetPhones } from '../fixtures/mail.ts';
import { openDirectory } from '../fixtures/operator.ts';
import { codeOf, connectDevice, succeed, type Wire } from '../fixtures/wire.ts';
import { deletion, registerAccount, startTestCloud } from '../fixtures/world.ts';

let cloud: Cloud;
let directory: Awaited<ReturnType<typeof openDirectory>>;
beforeAll(async () => {
  cloud = await startTestCloud();
  directory = await openDirectory(cloud);
});
afterAll(async () => {
  directory[Symbol.dispose]();
  await cloud[Symbol.asyncDispose]();
});

const newBlob = (size = 48) => randomBytes(size).toString('base64url');
const newBlobs = (count: number = limits.keysPublished) => Array.from({ length: count }, () => newBlob());
const Claimed = z.object({
  bundles: z.array(z.object({ address: z.string(), blob: z.string(), oneTime: z.boolean() })),
});
const claim = async (wire: Wire, ...devices: string[]) =>
  Claimed.parse(await succeed(wire, 'keys.claim', { devices })).bundles;
const publish = (wire: Wire, oneTime: string[], lastResort?: string) =>
  succeed(wire, 'keys.publish', { oneTime, ...(lastResort !== undefined && { lastResort }) });

test('a one-time key is given out once, in their order; then the one of last resort, again and again', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben, phone } = met;
  const address = `${ben.account}.1`;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  const [oneTime, lastResort] = [newBlobs(2), newBlob(limits.keyBlob)];
  expect(await publish(other, oneTime, lastResort)).toEqual({ available: 2 });

  for (const blob of oneTime) expect(await claim(phone, address)).toEqual([{ address, blob, oneTime: true }]);
  for (const _ of [1, 2]) {
    expect(await claim(phone, address)).toEqual([{ address, blob: lastResort, oneTime: false }]);
  }
  const [renewed, more] = [newBlob(), newBlobs(1)];
  expect(await publish(other, more, renewed)).toEqual({ available: 1 });
  expect(await claim(phone, address)).toMatchObject([{ blob: more[0], oneTime: true }]);
  expect(await claim(phone, address)).toMatchObject([{ blob: renewed, oneTime: false }]);
});

test('a repeat of a publication adds nothing; what publishes other keys does, up to a hundred', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { phone } = met;
  const published: string[][] = [];
  for (const available of [25, 50, 75, 100]) {
    published.push(newBlobs());
    // Of this one, and of those before it: an answer may be lost, and the call repeated after others.
    for (const blobs of [...published, ...published]) await publish(phone, blobs);
    expect(await publish(phone, published[0] ?? [])).toEqual({ available });
  }
  expect(await codeOf(phone, 'keys.publish', { oneTime: newBlobs(1) })).toBe('keys_full');
  expect(await publish(phone, [], newBlob())).toEqual({ available: 100 });
});

test('two publications at once add both, the same one twice at once adds it once', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { phone } = met;
  const [first, second] = [newBlobs(3), newBlobs(4)];
  await Promise.all([publish(phone, first), publish(phone, second)]);
  expect(await publish(phone, [])).toEqual({ available: 7 });
  const third = newBlobs(5);
  await Promise.all([1, 2, 3].map(() => publish(phone, third)));
  expect(await publish(phone, [newBlob()])).toEqual({ available: 13 });
});

test('a claim names several devices; those that are unknown, unlinked or have left no keys are missing', async () => {
  await using met = await meet(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await using computer = await connectDevice(cloud.endpoint, ada.companion);
  const [first, second] = [newBlobs(1), newBlobs(1)];
  await publish(phone, first);
  await publish(computer, second);
  const devices = [`${ada.account}.1`, `${ada.account}.2`];
  const others = [`${ben.account}.1`, `${ada.account}.7`, `${'a'.repeat(32)}.1`];
  expect(await claim(other, ...devices, ...others)).toEqual([
    { address: devices[0], blob: first[0], oneTime: true },
    { address: devices[1], blob: second[0], oneTime: true },
  ]);
  await publish(phone, newBlobs(1));
  await publish(computer, newBlobs(1));
  await succeed(computer, 'devices.leave', {});
  expect(await claim(other, ...devices)).toMatchObject([{ address: devices[0] }]);
});

test('a device is told when ten keys are left, and when none is', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await publish(other, newBlobs(12), newBlob());
  const told: unknown[] = [];
  for (let left = 11; left >= 0; left -= 1) {
    await claim(phone, `${ben.account}.1`);
    await succeed(other, 'session.time', {});
    told.push(...other.frames.splice(0).map((frame) => ({ left, frame })));
  }
  await claim(phone, `${ben.account}.1`);
  await succeed(other, 'session.time', {});
  expect(other.frames).toEqual([]);
  expect(told).toMatchObject(
    [limits.keysLow, 0].map((available) => ({ left: available, frame: { method: 'keys.low', params: { available } } })),
  );
  expect(told).toHaveLength(2);
});

test('a device that has left no keys, as one that a restored cloud knows none of, is told when somebody asks', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  expect(await claim(phone, `${ben.account}.1`)).toEqual([]);
  expect(await other.event('keys.low')).toEqual({ available: 0 });
});

test('what cannot be a publication or a claim is refused, saying why', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const twice = newBlob();
  for (const params of [
    { oneTime: newBlobs(limits.keysPublished + 1) },
    { oneTime: [newBlob(limits.keyBlob + 1)] },
    { oneTime: [twice, twice] },
  ]) {
    expect(await codeOf(met.phone, 'keys.publish', params)).toBe('invalid_params');
  }
  const devices = Array.from({ length: limits.keysClaimed + 1 }, (_, i) => `${met.ben.account}.${i + 1}`);
  for (const wrong of [[], devices, [devices[0], devices[0]]]) {
    expect(await codeOf(met.phone, 'keys.claim', { devices: wrong })).toBe('invalid_params');
  }
});

test('many who claim at once never get the same one-time key', async () => {
  await using owner = await meetPhones(cloud.endpoint);
  const { phone, ada } = owner;
  const published = [newBlobs(), newBlobs()];
  const lastResort = newBlob();
  for (const blobs of published) await publish(phone, blobs, lastResort);
  await using opened = new AsyncDisposableStack();
  const claimers: Wire[] = [];
  for (let i = 0; i < 6; i += 1) {
    const { phone: identity } = await registerAccount(cloud.endpoint);
    claimers.push(opened.use(await connectDevice(cloud.endpoint, identity)));
  }

  const claimAll = async (wire: Wire) => {
    const claimed = [];
    for (let i = 0; i < 10; i += 1) claimed.push(...(await claim(wire, `${ada.account}.1`)));
    return claimed;
  };
  const bundles = (await Promise.all(claimers.map(claimAll))).flat();

  expect(bundles).toHaveLength(60);
  const oneTime = bundles.filter((bundle) => bundle.oneTime).map(({ blob }) => blob);
  expect(oneTime.toSorted()).toEqual(published.flat().toSorted());
  for (const { blob, oneTime } of bundles) if (!oneTime) expect(blob).toBe(lastResort);
});

test.for(['is unlinked', 'leaves', 'goes with its account'])(
  'the keys of a device that %s are forgotten',
  { timeout: 160_000 },
  async (how) => {
    await using met = await meet(cloud.endpoint);
    const { ada, phone } = met;
    const { account, device } = ada.companion;
    await using computer = await connectDevice(cloud.endpoint, ada.companion);
    await publish(computer, newBlobs(), newBlob());
    await publish(phone, newBlobs(3));

    if (how === 'leaves') await succeed(computer, 'devices.leave', {});
    else if (how === 'is unlinked')
      await succeed(phone, 'devices.update', { deviceList: ada.removing(ada.list, device) });
    else await succeed(phone, 'account.delete', deletion(cloud.endpoint, ada));

    const left = (number: number) => directory.keys(`K#${account}.${number}`);
    // What is looked at before the write that it waits for comes again after a minute or two.
    await expect.poll(() => left(device), { timeout: 150_000 }).toEqual([]);
    if (how === 'goes with its account') await expect.poll(() => left(1), { timeout: 150_000 }).toEqual([]);
    else expect(await left(1)).toHaveLength(4);
  },
);
