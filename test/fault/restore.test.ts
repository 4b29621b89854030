import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { memoryStore, recover, resume, type Session, type Store } from '#client';
import { platform } from '../../client/platform.ts';
import { connectDevice, succeed } from '../fixtures/wire.ts';
import { linkComputer, listen, newPhone, once, text } from '../fixtures/people.ts';
import { newToken } from '../fixtures/push-cloud.ts';
import { startRestorableCloud, synthesizeRestore } from '../fixtures/restorable-cloud.ts';
import { registerAccount } from '../fixtures/world.ts';

/** Comes back a little sooner than people's devices do. */
const hasty = { platform: { ...platform, random: () => 0.05 } };

let apps: Awaited<ReturnType<typeof synthesizeRestore>>;
beforeAll(async () => {
  apps = await synthesizeRestore();
});
afterAll(() => apps[Symbol.asyncDispose]());

/** The application is started on a device again. */
const start = async (store: Store): Promise<Session> => {
  const session = await resume({ store, ...hasty });
  if (session === undefined) throw new Error('the store holds no device');
  return session;
};

const devicesOf = (session: Session) =>
  expect.poll(async () => (await session.devices()).devices.map(({ id }) => id), { timeout: 30_000 });

test('a computer that was linked since comes back by itself, and misses nothing', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  const { session: phone, store } = await newPhone(endpoint, hasty);
  await using ben = (await newPhone(endpoint, hasty)).session;
  await ben.send({ to: phone.account, body: text('before') });
  await cloud.remember();
  const linked = await linkComputer(endpoint, phone, hasty);
  await Promise.all([phone.close(), linked.session.close()]);
  await ben.send({ to: phone.account, body: text('while they were away') });

  await cloud.restore();
  await using computer = await start(linked.store);
  const atComputer = listen(computer);
  await ben.send({ to: phone.account, body: text('after') });

  expect(await atComputer.until(2)).toEqual(['while they were away', 'after']);
  await using again = await start(store);
  const atPhone = listen(again);
  expect(await atPhone.until(3)).toEqual(['before', 'while they were away', 'after']);
  await devicesOf(again).toEqual([1, 2]);
});

test('who writes to an account brings the cloud the newest list of it', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  const { session: phone } = await newPhone(endpoint, hasty);
  await using ben = (await newPhone(endpoint, hasty)).session;
  await cloud.remember();
  const linked = await linkComputer(endpoint, phone, hasty);
  await ben.send({ to: phone.account, body: text('before') });
  await Promise.all([phone.close(), linked.session.close()]);

  await cloud.restore();
  const conflict = once(ben, 'list_conflict').then(() => expect.unreachable());
  await Promise.race([conflict, ben.send({ to: phone.account, body: text('after') })]);

  expect((await ben.devices(phone.account)).devices.map(({ id }) => id)).toEqual([1, 2]);
});

test('a computer that was unlinked since is out as soon as the phone is back', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  const { session: phone, store } = await newPhone(endpoint, hasty);
  const linked = await linkComputer(endpoint, phone, hasty);
  await cloud.remember();
  const told = once(linked.session, 'unlinked');
  await phone.unlink(linked.session.device);
  await told;
  await phone.close();

  await cloud.restore();
  await using computer = await start(linked.store);
  await expect.poll(() => computer.online, { timeout: 30_000 }).toBe(true);
  const unlinked = once(computer, 'unlinked');
  await using again = await start(store);

  await unlinked;
  await devicesOf(again).toEqual([1]);
  await using refused = await start(linked.store);
  await once(refused, 'unlinked');
});

test('the phone goes on linking and unlinking from its own list', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  await using phone = (await newPhone(endpoint, hasty)).session;
  await cloud.remember();
  await using first = (await linkComputer(endpoint, phone, hasty)).session;

  await cloud.restore();
  await expect.poll(() => phone.online, { timeout: 30_000 }).toBe(true);
  await using second = (await linkComputer(endpoint, phone, hasty)).session;

  expect([first.device, second.device]).toEqual([2, 3]);
  await devicesOf(phone).toEqual([1, 2, 3]);
  await phone.unlink(first.device);
  await devicesOf(phone).toEqual([1, 3]);
});

test('an account that was registered since is registered again, with all its devices', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  await cloud.remember();
  await using phone = (await newPhone(endpoint, hasty)).session;
  await using computer = (await linkComputer(endpoint, phone, hasty)).session;

  await cloud.restore();

  await expect.poll(() => [phone.online, computer.online], { timeout: 30_000 }).toEqual([true, true]);
  const atComputer = listen(computer);
  await phone.send({ to: phone.account, body: text('we are back') });
  expect(await atComputer.until(1)).toEqual(['we are back']);
});

test('a phone that took the place of a lost one since stays in its place', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  const { session: lost, store: lostStore } = await newPhone(endpoint, hasty);
  const kept = await lost.exportRecovery();
  await lost.close();
  await cloud.remember();
  const store = memoryStore();
  await (await recover({ endpoint, store, ...hasty, ...kept })).close();

  await cloud.restore();
  await using phone = await start(store);

  await expect.poll(() => phone.online, { timeout: 30_000 }).toBe(true);
  await devicesOf(phone).toEqual([2]);
  await using former = await start(lostStore);
  await once(former, 'unlinked');
});

test('a phone that has said since how it is woken says so again when it starts, and is woken', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  const { session: phone, store } = await newPhone(endpoint, hasty);
  await using ben = (await newPhone(endpoint, hasty)).session;
  const [former, token] = [newToken(), newToken()];
  await phone.registerPush({ kind: 'fcm', token: former });
  await cloud.remember();
  await phone.registerPush({ kind: 'fcm', token });
  await phone.close();

  await cloud.restore();
  const again = await start(store);
  await again.registerPush({ kind: 'fcm', token });
  await again.close();
  await ben.send({ to: phone.account, body: text('wake up') });

  await expect.poll(() => cloud.pushesTo(token), { timeout: 30_000 }).toHaveLength(1);
  expect(cloud.pushesTo(former)).toEqual([]);
});

const newKeys = (...names: string[]) => names.map((name) => Buffer.from(`the ${name} key`).toString('base64url'));
const Claimed = z.object({ bundles: z.array(z.object({ blob: z.string(), oneTime: z.boolean() })) });

test('no one-time key is given out twice: the device is told that it has none, and leaves new ones', async () => {
  await using cloud = await startRestorableCloud(apps);
  const { endpoint } = cloud;
  const [ada, ben] = [await registerAccount(endpoint), await registerAccount(endpoint)];
  const [lastResort = ''] = newKeys('last-resort');
  const given = newKeys('first', 'second', 'third');
  const claim = async () => {
    await using wire = await connectDevice(endpoint, ben.phone);
    return Claimed.parse(await succeed(wire, 'keys.claim', { devices: [`${ada.account}.1`] })).bundles;
  };
  {
    await using phone = await connectDevice(endpoint, ada.phone);
    await succeed(phone, 'keys.publish', { lastResort, oneTime: given });
  }
  await claim();
  await cloud.remember();
  expect(await claim()).toEqual([{ blob: given[1], oneTime: true }]);

  await cloud.restore();
  await using phone = await connectDevice(endpoint, ada.phone);

  expect(await claim()).toEqual([{ blob: lastResort, oneTime: false }]);
  expect(await phone.event('keys.low')).toEqual({ available: 0 });
  const [fresh = ''] = newKeys('fourth');
  expect(await succeed(phone, 'keys.publish', { oneTime: [fresh] })).toEqual({ available: 1 });
  expect(await claim()).toEqual([{ blob: fresh, oneTime: true }]);
  expect(await claim()).toEqual([{ blob: lastResort, oneTime: false }]);
});
