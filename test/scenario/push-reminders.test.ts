import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOf } from '#protocol';
import { meetPhones, messageOf, send, toAll } from '../fixtures/mail.ts';
import { newToken, type PushCloud, startPushCloud } from '../fixtures/push-cloud.ts';
import { connectDevice } from '../fixtures/wire.ts';

const minute = 60_000;
const hour = 60 * minute;

let cloud: PushCloud;
beforeAll(async () => {
  cloud = await startPushCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** Ben, whose phone sleeps and has just been woken by a message of Ada's. */
const meetWoken = async (change: { ttl?: number } = {}) => {
  const { ada, ben, phone } = await meetPhones(cloud.endpoint, cloud.clock.now());
  const token = newToken();
  await cloud.register(ben.phone, { kind: 'fcm', token });
  const address = addressOf(ben.account, ben.phone.device);
  const write = async ({ ttl }: { ttl?: number } = {}) => {
    await using sender = await connectDevice(cloud.endpoint, ada.phone, cloud.clock.now());
    const message = messageOf([toAll(ben.first, ben.account)], 'hello', cloud.clock.now());
    await send(sender, { ...message, ...(ttl !== undefined && { ttl }) });
    await cloud.noticed();
  };
  await phone.close();
  await write(change);
  return {
    ben,
    write,
    remindedAt: () => cloud.reminderOf(ben.phone),
    count: () => cloud.pushesTo(token).length,
    pushes: () => cloud.pushesTo(token),
    reminders: async () => (await cloud.schedules.names()).filter((name) => name.startsWith(address)),
  };
};

/**
 * Moves the time to just when a reminder is due, and waits until whoever was to look has looked: what is under way does
 * not see the time go on.
 */
const passUntil = async (at: number) => {
  await cloud.clock.advance(at - cloud.clock.now());
  await cloud.noticed();
};

test('mail that is not fetched wakes again after an hour, a day and a week, and then no more', async () => {
  const { count, remindedAt, reminders } = await meetWoken();
  const first = await remindedAt();
  for (const [round, after] of [hour, 24 * hour, 168 * hour].entries()) {
    const at = await remindedAt();
    expect(at - first).toBe(after - hour);
    expect(await reminders()).toHaveLength(1);
    await passUntil(at - 1000);
    expect(count()).toBe(1 + round);
    await passUntil(at);
    expect(count()).toBe(2 + round);
  }
  expect(await reminders()).toEqual([]);
  await passUntil(cloud.clock.now() + 28 * 24 * hour);
  expect(count()).toBe(4);
});

test('more mail while it sleeps sets no other reminder', async () => {
  const { count, reminders, write } = await meetWoken();
  const first = await reminders();
  await write();
  expect([count(), await reminders()]).toEqual([1, first]);
});

test('a device that has fetched all is not reminded, and its schedule is deleted', async () => {
  const { ben, count, remindedAt, reminders } = await meetWoken();
  const at = await remindedAt();
  await cloud.drain(ben.phone);
  await cloud.noticed();
  expect(await reminders()).toEqual([]);
  expect(await cloud.deviceOf(ben.phone)).not.toHaveProperty('reminder');
  await passUntil(at);
  expect(count()).toBe(1);
});

test('a device that has connected and not fetched goes on being reminded, by one schedule', async () => {
  const { ben, count, remindedAt, reminders, write } = await meetWoken();
  const at = await remindedAt();
  {
    await using wire = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
    await cloud.goOffline(wire, ben.phone);
  }
  await passUntil(at - hour / 2);
  await write();
  expect([count(), (await reminders()).length]).toEqual([2, 1]);
  expect(await remindedAt()).toBe(at);
  await passUntil(at);
  expect([count(), (await reminders()).length]).toEqual([3, 1]);
});

test('a device that is connected by then is told to synchronize, and goes on being reminded', async () => {
  const { ben, count, remindedAt, reminders } = await meetWoken();
  const at = await remindedAt();
  await passUntil(at - minute);
  await using wire = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
  await passUntil(at);
  expect(await wire.event('relay.waiting')).toEqual({});
  expect([count(), (await reminders()).length]).toEqual([1, 1]);
});

test('a device whose mail has expired by then is not woken for it', async () => {
  const { ben, count, remindedAt, reminders } = await meetWoken({ ttl: 600 });
  await passUntil(await remindedAt());
  expect([count(), await reminders()]).toEqual([1, []]);
  expect(await cloud.deviceOf(ben.phone)).not.toHaveProperty('woken');
});

test('mail that has expired does not hide what has not', async () => {
  const { count, remindedAt, write } = await meetWoken({ ttl: 600 });
  for (let i = 0; i < 5; i += 1) await write({ ttl: 600 });
  await write();
  await passUntil(await remindedAt());
  expect(count()).toBe(2);
});

test('a reminder is kept for as long as the mail is wanted', async () => {
  const { pushes, remindedAt } = await meetWoken({ ttl: 7200 });
  await passUntil(await remindedAt());
  const [first, second] = pushes();
  // The functions' time runs on while the clock stands still.
  expect(Math.abs((first?.ttl ?? 0) - 7200)).toBeLessThan(60);
  expect(Math.abs((second?.ttl ?? 0) - 3600)).toBeLessThan(60);
});
