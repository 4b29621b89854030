import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accepted, meetPhones, messageOf, messageTo, send, toAll } from '../fixtures/mail.ts';
import { operateOn } from '../fixtures/operate.ts';
import { newToken, type PushCloud, startPushCloud } from '../fixtures/push-cloud.ts';
import { connectDevice } from '../fixtures/wire.ts';
import { registerAccount } from '../fixtures/world.ts';

let cloud: PushCloud;
beforeAll(async () => {
  cloud = await startPushCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** Ada, whose phone is connected, and Ben, whose phone is not, and is woken by a token. */
const meet = async (registration: { kind?: 'apns' | 'apns_sandbox' | 'fcm'; silent?: boolean } = {}) => {
  const met = await meetPhones(cloud.endpoint, cloud.clock.now());
  const token = newToken();
  const { kind = 'apns', ...rest } = registration;
  await cloud.register(met.ben.phone, kind === 'fcm' ? { kind, token } : { kind, token, ...rest });
  return { ...met, token, pushes: () => cloud.pushesTo(token) };
};

test('a hundred messages wake a sleeping device once', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  const messages = Array.from({ length: 100 }, () => messageTo(ben));

  // Some at once, so that notices are looked at side by side.
  for (let i = 0; i < messages.length; i += 5) {
    const some = messages.slice(i, i + 5);
    const results = await Promise.all(some.map((message) => send(phone, message)));
    expect(results.flat()).toEqual(some.map(accepted));
  }
  await cloud.noticed();
  expect(pushes()).toHaveLength(1);

  await send(phone, { ...messageTo(ben), urgent: true });
  await cloud.noticed();
  expect(pushes()).toHaveLength(2);
  await send(phone, messageTo(ben));
  await cloud.noticed();
  expect(pushes()).toHaveLength(2);

  await cloud.drain(ben.phone);
  await send(phone, messageTo(ben));
  await cloud.noticed();
  expect(pushes()).toHaveLength(3);
});

test('a device whose account is suspended is not woken until it is let in again', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  const ops = operateOn(cloud.cloud);
  await ops('suspend', ben.account, '--yes');
  await send(phone, messageTo(ben));
  await cloud.noticed();
  expect(pushes()).toEqual([]);

  await ops('suspend', ben.account, '--undo', '--yes');
  await send(phone, messageTo(ben));
  await cloud.noticed();
  expect(pushes()).toHaveLength(1);
});

test('a notice for a device that has been woken costs one read', async () => {
  await using met = await meet();
  const { ben, phone } = met;
  await send(phone, messageTo(ben));
  await cloud.noticed();
  const before = cloud.cloud.meter.snapshot();
  await send(phone, messageTo(ben));
  await cloud.noticed();
  const { operations } = cloud.cloud.meter.since(before);
  // Two accounts are read to send it.
  expect(operations).toMatchObject({ 'dynamodb Query': 2, 'dynamodb GetItem': 1 });
  expect(operations['scheduler CreateSchedule']).toBeUndefined();
});

test('urgent messages wake every time, at most once in five seconds', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  const urgent = () => ({ ...messageTo(ben), urgent: true });
  for (const [wait, count] of [
    [0, 1],
    [4_000, 1],
    [2_000, 2],
    [6_000, 3],
  ] as const) {
    await cloud.clock.advance(wait);
    await send(phone, urgent(), urgent());
    await cloud.noticed();
    expect(pushes()).toHaveLength(count);
  }
});

test('connecting ends an idle period, even if nothing is fetched', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  await send(phone, messageTo(ben));
  await cloud.noticed();
  await using other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
  await cloud.goOffline(other, ben.phone);

  await send(phone, messageTo(ben));
  await cloud.noticed();

  expect(pushes()).toHaveLength(2);
});

test('a device that is connected when its notice is looked at is told to synchronize, not pushed', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  cloud.cloud.faults.add({ kind: 'latency', service: 'sns', operation: 'Publish', median: 500, p99: 500, times: 1 });
  const sent = send(phone, messageTo(ben));
  await expect.poll(async () => (await cloud.waitingFor(ben.phone)).length).toBe(1);
  await using other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
  await sent;

  expect(await other.event('relay.waiting')).toEqual({ traceparent: expect.any(String) });
  await cloud.noticed();
  expect(pushes()).toEqual([]);
});

test('a device whose connection turns out to be gone is woken', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  cloud.cloud.faults.add({ kind: 'latency', service: 'sns', operation: 'Publish', median: 500, p99: 500, times: 1 });
  const sent = send(phone, messageTo(ben));
  await expect.poll(async () => (await cloud.waitingFor(ben.phone)).length).toBe(1);
  await cloud.directory.setDevice(ben.phone, { connection: 'gone', connectedAt: cloud.clock.now() - 31_000 });
  await sent;
  await cloud.noticed();

  expect(pushes()).toHaveLength(1);
  expect(await cloud.deviceOf(ben.phone)).not.toHaveProperty('connection');
});

test('one whose new connection seems gone is looked at again, and then woken', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  cloud.cloud.faults.add({ kind: 'latency', service: 'sns', operation: 'Publish', median: 500, p99: 500, times: 1 });
  const sent = send(phone, messageTo(ben));
  await expect.poll(async () => (await cloud.waitingFor(ben.phone)).length).toBe(1);
  await cloud.directory.setDevice(ben.phone, { connection: 'gone', connectedAt: cloud.clock.now() });
  await sent;
  await expect.poll(() => cloud.left('Notices')).toBe(1);
  expect(pushes()).toEqual([]);

  await cloud.clock.advance(60_000);
  await cloud.noticed();
  expect(pushes()).toHaveLength(1);
});

test('a device that has registered nothing is left alone', async () => {
  await using met = await meetPhones(cloud.endpoint, cloud.clock.now());
  const { ben, phone } = met;
  await send(phone, messageTo(ben));
  await cloud.noticed();
  expect(await cloud.deviceOf(ben.phone)).not.toHaveProperty('woken');
});

describe('what a phone is brought', () => {
  test('has nothing of who wrote, to whom, what, or how often', async () => {
    await using met = await meet();
    const { ada, ben, phone, pushes } = met;
    await send(phone, ...Array.from({ length: 3 }, () => messageTo(ben, 'a secret')));
    await cloud.noticed();

    const [push] = pushes();
    expect(push).toMatchObject({ platform: 'APNS' });
    expect(JSON.parse(push?.payload ?? '')).toEqual({
      aps: { alert: { body: 'You may have new messages.' }, sound: 'default', 'mutable-content': 1 },
    });
    const told = JSON.stringify([push?.payload, push?.attributes]);
    for (const secret of [ada.account, ben.account, 'secret', '3']) expect(told).not.toContain(secret);
  });

  test.for([
    { kind: 'apns_sandbox', platform: 'APNS_SANDBOX', silent: false, payload: 'mutable-content' },
    { kind: 'apns', platform: 'APNS', silent: true, payload: 'content-available' },
    { kind: 'fcm', platform: 'GCM', silent: false, payload: 'fcmV1Message' },
  ] as const)(
    'goes by its platform, as its app has asked: $kind, $payload',
    async ({ kind, platform, silent, payload }) => {
      await using met = await meet({ kind, ...(silent && { silent }) });
      const { ben, phone, pushes } = met;
      await send(phone, messageTo(ben));
      await cloud.noticed();
      expect(pushes()).toMatchObject([{ platform, payload: expect.stringContaining(payload) }]);
    },
  );

  test.for(['apns', 'apns_sandbox', 'fcm'] as const)(
    'is kept for as long as the mail is wanted, four weeks at most: %s',
    async (kind) => {
      await using short = await meet({ kind });
      await using long = await meet({ kind });
      await send(short.phone, { ...messageTo(short.ben), ttl: 60 }, { ...messageTo(short.ben), ttl: 600 });
      await send(long.phone, messageTo(long.ben));
      await cloud.noticed();
      const [push] = short.pushes();
      // The functions' time runs on while the clock stands still.
      expect(Math.abs((push?.ttl ?? 0) - 600)).toBeLessThan(60);
      expect(long.pushes()).toMatchObject([{ ttl: 28 * 24 * 3600 }]);
    },
  );
});

test('of one call to many devices, each that can be woken is', async () => {
  await using met = await meet();
  const { ben, phone, pushes } = met;
  const now = cloud.clock.now();
  const [registered, unregistered] = await Promise.all([
    registerAccount(cloud.endpoint, now),
    registerAccount(cloud.endpoint, now),
  ]);
  const token = newToken();
  await cloud.register(registered.phone, { kind: 'fcm', token });
  const to = [ben, registered, unregistered].map(({ account, first }) => toAll(first, account));
  await send(phone, messageOf(to));
  await cloud.noticed();
  expect([pushes().length, cloud.pushesTo(token).length]).toEqual([1, 1]);
});
