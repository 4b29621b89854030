import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cloud } from '#local';
import { meet, meetPhones, messageOf, text, toAll } from '../fixtures/mail.ts';
import { openMailboxes } from '../fixtures/operator.ts';
import { connectDevice, succeed } from '../fixtures/wire.ts';
import { watchWork } from '../fixtures/work.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Cloud;
let mailboxes: Awaited<ReturnType<typeof openMailboxes>>;
beforeAll(async () => {
  cloud = await startTestCloud();
  mailboxes = await openMailboxes(cloud);
});
afterAll(async () => {
  mailboxes[Symbol.dispose]();
  await cloud[Symbol.asyncDispose]();
});

test('signals of one call reach each connected device in one frame, and are kept and looked after nowhere', async () => {
  await using met = await meet(cloud.endpoint);
  using work = watchWork(cloud);
  const { ada, ben, phone } = met;
  await using computer = await connectDevice(cloud.endpoint, ada.companion);
  const both = [toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)];
  const [typing, ringing] = [messageOf(both, 'typing'), messageOf(both, 'ringing')];

  expect(await succeed(phone, 'relay.signal', { signals: [typing, ringing] })).toEqual({});

  const sender = `${ada.account}.1`;
  expect(await computer.event('relay.signal')).toEqual({
    signals: [
      { message: typing.message, sender, body: text('typing') },
      { message: ringing.message, sender, body: text('ringing') },
    ],
  });
  expect(computer.frames).toEqual([]);
  for (const device of [`${ben.account}.1`, `${ada.account}.2`]) expect(await mailboxes.keys(device)).toEqual([]);
  expect([work.deadlines, work.woken]).toEqual([[], []]);
});

test('each device of a signal gets the body that is meant for it', async () => {
  await using met = await meet(cloud.endpoint);
  const { ada, ben } = met;
  await using computer = await connectDevice(cloud.endpoint, ada.companion);
  await using sender = await connectDevice(cloud.endpoint, ben.phone);
  const devices = [1, 2].map((device) => ({ device, body: 2 - device }));
  const signal = { ...messageOf([{ ...toAll(ada.list, ada.account), devices }]), bodies: [text('two'), text('one')] };
  await succeed(sender, 'relay.signal', { signals: [signal] });
  expect(await met.phone.event('relay.signal')).toMatchObject({ signals: [{ body: text('one') }] });
  expect(await computer.event('relay.signal')).toMatchObject({ signals: [{ body: text('two') }] });
});

test('a signal to devices of yesterday is refused with the current list, and reaches nobody', async () => {
  await using met = await meet(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  const good = messageOf([toAll(ben.first, ben.account)]);
  const { error } = await phone.call('relay.signal', {
    signals: [good, messageOf([toAll(ada.first, ada.account, 1)])],
  });
  expect(error?.data).toMatchObject({ code: 'devices_changed', details: { deviceLists: [ada.list] } });
  await succeed(other, 'session.time', {});
  expect(other.frames).toEqual([]);
});

test('who has blocked the sender hears no signal, and the sender is not told', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await succeed(other, 'contacts.block', { account: ada.account });
  const signals = [messageOf([toAll(ben.first, ben.account)])];
  expect(await succeed(phone, 'relay.signal', { signals })).toEqual({});
  await succeed(other, 'session.time', {});
  expect(other.frames).toEqual([]);
});
