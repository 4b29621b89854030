import { once } from 'node:events';
import { copyFile, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { link, resume } from '#client';
import { sqliteStore } from '#client/node';
import { listen, newPhone, once as onceTold, text } from '../fixtures/people.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const Told = z.object({ event: z.string(), detail: z.optional(z.unknown()) });

/** A tab in a thread; what it tells piles up. */
const openTab = (file: string) => {
  const worker = new Worker(new URL('../fixtures/tab.ts', import.meta.url), { workerData: file });
  const told: z.infer<typeof Told>[] = [];
  worker.on('message', (message: unknown) => told.push(Told.parse(message)));
  const heard = (event: string) => told.filter((one) => one.event === event).map(({ detail }) => detail);
  const order = worker.postMessage.bind(worker);
  return {
    heard,
    /** Waits until it has told of an event so often. */
    until: async (event: string, count = 1) => {
      while (heard(event).length < count) await once(worker, 'message');
      return heard(event);
    },
    send: (to: string, texts: string[]) => order({ order: 'send', to, texts }),
    /** Resolves when its thread has ended. */
    end: async (how: 'close' | 'die') => {
      order({ order: how });
      await once(worker, 'exit');
      // Browsers pass the lock of a dead tab on at once; Node 24.21 does so for a dead thread on the next request.
      await navigator.locks.request('any', () => undefined);
    },
  };
};

/** Ada's computer, linked, in a file for tabs to open; and Ben, who writes to her. */
const setUp = async () => {
  const { endpoint } = cloud;
  const folder = await mkdtempDisposable(join(tmpdir(), 'tandem-tabs-'));
  const file = join(folder.path, 'computer.sqlite');
  const [{ session: phone }, { session: ben }] = await Promise.all([newPhone(endpoint), newPhone(endpoint)]);
  const store = sqliteStore(file);
  const linking = link({ endpoint, store });
  const offer = await phone.scan(await linking.code());
  await offer.approve({ confirmed: offer.companion });
  await (await linking.linked).close();
  store.close();
  const dispose = async () => {
    await Promise.all([phone.close(), ben.close()]);
    await folder.remove();
  };
  return { file, phone, ben, [Symbol.asyncDispose]: dispose };
};

const words = (about: string, count: number) => Array.from({ length: count }, (_, i) => `${about} ${i}`);

test('when the tab that leads dies, another goes on: nothing is lost, nothing comes twice', async () => {
  await using all = await setUp();
  const { ben, phone, file } = all;
  const atBen = listen(ben);
  const leading = openTab(file);
  await leading.until('online');
  const following = openTab(file);
  await following.until('online');
  const before = words('before', 10);
  const after = words('after', 10);
  const meanwhile = words('meanwhile', 40);

  await Promise.all(before.map((word) => ben.send({ to: phone.account, body: text(word) })));
  expect(new Set(await leading.until('message', 10))).toEqual(new Set(before));
  following.send(ben.account, meanwhile);
  await atBen.until(1);
  await leading.end('die');
  await following.until('sent');
  await Promise.all(after.map((word) => ben.send({ to: phone.account, body: text(word) })));

  expect((await atBen.until(40)).toSorted()).toEqual(meanwhile.toSorted());
  expect(new Set(await following.until('message', 10))).toEqual(new Set(after));
  expect(leading.heard('message')).toHaveLength(10);
  expect([...leading.heard('error'), ...following.heard('error')]).toEqual([]);
  await following.end('close');
  expect(atBen.texts).toHaveLength(40);
  expect(following.heard('message')).toHaveLength(10);
});

test('the same device in another browser ends it in all tabs of the older one', async () => {
  await using all = await setUp();
  const [one, other] = [openTab(all.file), openTab(all.file)];
  await Promise.all([one.until('online'), other.until('online')]);
  const copy = `${all.file}.copy`;
  await copyFile(all.file, copy);
  using store = sqliteStore(copy);

  const newer = await resume({ store, platform: { clock: { now: Date.now, after }, random: Math.random } });
  if (newer === undefined) throw new Error('the copy holds the device, too');
  const ended: unknown[] = [];
  newer.on('replaced', (detail) => ended.push(detail));

  await Promise.all([one.until('replaced'), other.until('replaced')]);
  await Promise.all([one.end('close'), other.end('close')]);
  if (!newer.online) await onceTold(newer, 'online');
  expect((await newer.devices()).devices).toHaveLength(2);
  expect(ended).toEqual([]);
  await newer.close();
});

const after = (delay: number, callback: () => void) => {
  const timer = setTimeout(callback, delay);
  return () => clearTimeout(timer);
};
