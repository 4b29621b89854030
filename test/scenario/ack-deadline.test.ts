import { expect, test } from 'vitest';
import { limits } from '#protocol';
import { standingClock } from '#local';
import {
  delivered,
  envelopeOf,
  idOf,
  meet,
  meetPhones,
  messageOf,
  messageTo,
  send,
  sync,
  toAll,
} from '../fixtures/mail.ts';
import { openDirectory } from '../fixtures/operator.ts';
import { connectDevice, type Identity } from '../fixtures/wire.ts';
import { ended, watchWork } from '../fixtures/work.ts';
import { startTestCloud } from '../fixtures/world.ts';

/** A cloud whose time stands still. */
const openStage = async () => {
  await using opening = new AsyncDisposableStack();
  const clock = standingClock();
  const cloud = opening.use(await startTestCloud({ clock }));
  const directory = opening.use(await openDirectory(cloud));
  const work = opening.use(watchWork(cloud));
  const stage = opening.move();
  return {
    endpoint: cloud.endpoint,
    directory,
    work,
    clock,
    deviceOf: async ({ account, device }: Identity) => directory.item(`A#${account}`, `device#${device}`),
    /** Lets the deadline pass, and waits until somebody has looked. */
    passDeadline: async (): Promise<void> => {
      const looked = ended(cloud, 'deadline');
      await clock.advance(limits.ackDeadline);
      await looked;
    },
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
};

const first = { again: false, delay: limits.ackDeadline / 1000 };

test('deliveries to a device are looked after once in half a minute', async () => {
  await using stage = await openStage();
  const { clock, directory, endpoint, work } = stage;
  await using met = await meet(endpoint);
  const { ada, ben, phone } = met;
  await using computer = await connectDevice(endpoint, ada.companion);
  await using other = await connectDevice(endpoint, ben.phone);
  const both = [toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)];

  await send(phone, messageOf(both), messageOf(both));
  for (const _ of [1, 2]) await send(phone, messageOf(both));
  const [toBen, toComputer] = [`${ben.account}.1`, `${ada.account}.2`];
  expect(work.deadlines).toMatchObject([
    { ...first, device: toBen },
    { ...first, device: toComputer },
  ]);

  // As if the half minute had gone by for one of them.
  await directory.setDevice(ben.phone, { checkAt: clock.now() - 1 });
  await send(phone, messageOf(both));
  expect(work.deadlines.slice(2)).toMatchObject([{ ...first, device: toBen }]);
  for (const wire of [computer, other]) await wire.event('relay.deliver');
});

test('what has been acknowledged by then is followed by nothing', async () => {
  await using stage = await openStage();
  const { endpoint, passDeadline, work } = stage;
  await using met = await meetPhones(endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(endpoint, ben.phone);
  const message = messageTo(ben);
  await send(phone, message);
  await other.event('relay.deliver');
  await sync(other, { ack: [idOf(message, ada.phone)] });

  await passDeadline();

  expect(work.deadlines).toMatchObject([first]);
  expect(work.woken).toEqual([]);
  await sync(other);
  expect(other.frames).toEqual([]);
});

test('what has not is delivered once more; what is not acknowledged then ends the connection and wakes', async () => {
  await using stage = await openStage();
  const { deviceOf, endpoint, passDeadline, work } = stage;
  await using met = await meetPhones(endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(endpoint, ben.phone);
  const [kept, taken] = [messageTo(ben), messageTo(ben)];
  await send(phone, kept, taken);
  expect(await delivered(other)).toHaveLength(2);
  await sync(other, { ack: [idOf(taken, ada.phone)] });

  await passDeadline();
  expect(await delivered(other)).toEqual([envelopeOf(kept, ada.phone)]);
  const { connection } = (await deviceOf(ben.phone)) ?? {};
  expect(work.deadlines).toMatchObject([first, { connection, again: true, delay: first.delay }]);
  expect(work.woken).toEqual([]);

  await passDeadline();
  expect(await other.closed).toBe(1000);
  expect(await deviceOf(ben.phone)).not.toHaveProperty('connection');
  expect(work.woken).toEqual([{ device: `${ben.account}.1`, urgent: false }]);
  expect(work.deadlines).toHaveLength(2);
  expect(other.frames).toEqual([]);
});

test('what came again and is acknowledged then ends nothing', async () => {
  await using stage = await openStage();
  const { endpoint, passDeadline, work } = stage;
  await using met = await meetPhones(endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(endpoint, ben.phone);
  const message = messageTo(ben);
  await send(phone, message);
  await other.event('relay.deliver');
  await passDeadline();
  await other.event('relay.deliver');
  await sync(other, { ack: [idOf(message, ada.phone)] });

  await passDeadline();

  expect(work.deadlines).toHaveLength(2);
  expect(work.woken).toEqual([]);
  await sync(other);
});

test('mail that came since is not overdue, whatever its number', async () => {
  await using stage = await openStage();
  const { clock, endpoint, passDeadline, work } = stage;
  await using met = await meetPhones(endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(endpoint, ben.phone);
  const hour = 3_600_000;
  const around = [-hour, 0].map((shift) => messageOf([toAll(ben.first, ben.account)], 'early', Date.now() + shift));
  await send(phone, ...around);
  await other.event('relay.deliver');
  await sync(other, { ack: around.map((message) => idOf(message, ada.phone)) });
  await clock.advance(limits.ackDeadline / 2);
  // It was sent half an hour ago without success, and now again.
  const late = messageOf([toAll(ben.first, ben.account)], 'late', Date.now() - hour / 2);
  await send(phone, late);
  await other.event('relay.deliver');

  await passDeadline();

  expect(work.deadlines).toHaveLength(1);
  expect((await sync(other)).envelopes).toEqual([envelopeOf(late, ada.phone)]);
  expect(other.frames).toEqual([]);
});

test('a device that has another connection by then has synchronized, and is left alone', async () => {
  await using stage = await openStage();
  const { endpoint, passDeadline, work } = stage;
  await using met = await meetPhones(endpoint);
  const { ben, phone } = met;
  await using older = await connectDevice(endpoint, ben.phone);
  await send(phone, messageTo(ben));
  await older.event('relay.deliver');
  await using newer = await connectDevice(endpoint, ben.phone);

  await passDeadline();

  expect((await sync(newer)).envelopes).toHaveLength(1);
  expect(newer.frames).toEqual([]);
  expect(work.woken).toEqual([]);
  expect(work.deadlines).toHaveLength(1);
});

test('a device that is offline by then is woken', async () => {
  await using stage = await openStage();
  const { deviceOf, endpoint, passDeadline, work } = stage;
  await using met = await meetPhones(endpoint);
  const { ben, phone } = met;
  await using other = await connectDevice(endpoint, ben.phone);
  await send(phone, { ...messageTo(ben), urgent: true });
  await other.event('relay.deliver');
  await other.close();
  await expect.poll(() => deviceOf(ben.phone)).not.toHaveProperty('connection');
  expect(work.woken).toEqual([]);

  await passDeadline();

  expect(work.woken).toEqual([{ device: `${ben.account}.1`, urgent: true }]);
  expect(work.deadlines).toHaveLength(1);
});

test('a device that has been unlinked by then is not', async () => {
  await using stage = await openStage();
  const { endpoint, passDeadline, work } = stage;
  await using met = await meet(endpoint);
  const { ada, phone } = met;
  await using computer = await connectDevice(endpoint, ada.companion);
  await send(phone, messageOf([toAll(ada.list, ada.account, 1)]));
  await computer.event('relay.deliver');
  await computer.call('devices.leave', {});

  await passDeadline();

  expect(work.woken).toEqual([]);
  expect(work.deadlines).toHaveLength(1);
});
