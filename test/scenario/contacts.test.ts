import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cloud } from '#local';
import { accepted, envelopeOf, meet, meetPhones, messageOf, messageTo, send, toAll } from '../fixtures/mail.ts';
import { openDirectory, openMailboxes } from '../fixtures/operator.ts';
import { codeOf, connectDevice, succeed, type Wire } from '../fixtures/wire.ts';
import { watchWork } from '../fixtures/work.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Cloud;
let directory: Awaited<ReturnType<typeof openDirectory>>;
let mailboxes: Awaited<ReturnType<typeof openMailboxes>>;
beforeAll(async () => {
  cloud = await startTestCloud();
  [directory, mailboxes] = await Promise.all([openDirectory(cloud), openMailboxes(cloud)]);
});
afterAll(async () => {
  directory[Symbol.dispose]();
  mailboxes[Symbol.dispose]();
  await cloud[Symbol.asyncDispose]();
});

const blocksOf = async (account: string) => (await directory.item(`A#${account}`, 'account'))?.['blocks'];

test('what a blocked account sends is dropped, and answered like any other message', async () => {
  await using met = await meet(cloud.endpoint);
  using work = watchWork(cloud);
  const { ada, ben, phone } = met;
  await using computer = await connectDevice(cloud.endpoint, ada.companion);
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await succeed(other, 'contacts.block', { account: ada.account });
  const message = messageOf([toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)]);

  expect(await send(phone, message, messageTo(ben))).toMatchObject([accepted(message), { at: expect.any(Number) }]);

  expect(await computer.event('relay.deliver')).toEqual({ envelopes: [envelopeOf(message, ada.phone)] });
  expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([]);
  await succeed(other, 'session.time', {});
  expect(other.frames).toEqual([]);
  expect(work.woken).toEqual([]);
});

test('a blocked account that names yesterday’s devices is told today’s, as everybody is', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await succeed(other, 'contacts.block', { account: ada.account });
  const [result] = await send(phone, messageOf([{ ...toAll(ben.first, ben.account), version: 2 }]));
  expect(result).toMatchObject({ error: { data: { code: 'devices_changed' } } });
});

test('blocking goes one way', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await succeed(other, 'contacts.block', { account: ada.account });
  const message = messageTo(ada);
  await send(other, message);
  expect(await phone.event('relay.deliver')).toEqual({ envelopes: [envelopeOf(message, ben.phone)] });
});

test('who is no longer blocked reaches the account again, with what is sent from then on', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await succeed(other, 'contacts.block', { account: ada.account });
  await send(phone, messageTo(ben));
  await succeed(other, 'contacts.unblock', { account: ada.account });
  const message = messageTo(ben);
  await send(phone, message);
  expect(await other.event('relay.deliver')).toEqual({ envelopes: [envelopeOf(message, ada.phone)] });
  expect(other.frames).toEqual([]);
});

test('both may be repeated, by several devices at once, and the count of blocks stays right', async () => {
  await using met = await meet(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using computer = await connectDevice(cloud.endpoint, ada.companion);
  const strangers = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
  const everywhere = async (method: 'contacts.block' | 'contacts.unblock', accounts: readonly string[]) => {
    const repeat = async (wire: Wire) => {
      for (const account of [...accounts, ...accounts]) await succeed(wire, method, { account });
    };
    await Promise.all([phone, computer].map(repeat));
  };

  await everywhere('contacts.block', [ben.account, ...strangers]);
  expect(await blocksOf(ada.account)).toBe(4);
  await everywhere('contacts.unblock', strangers);
  expect(await blocksOf(ada.account)).toBe(1);
  await everywhere('contacts.unblock', [ben.account, ...strangers]);
  expect(await blocksOf(ada.account)).toBe(0);
});

test('the mailbox of who blocks tells a blocked account nothing by being full', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await succeed(other, 'contacts.block', { account: ada.account });
  await directory.setDevice(ben.phone, { held: 100_000 });
  const message = messageTo(ben);
  expect(await send(phone, message)).toEqual([accepted(message)]);
});

test('an account cannot block itself', async () => {
  await using met = await meetPhones(cloud.endpoint);
  expect(await codeOf(met.phone, 'contacts.block', { account: met.ada.account })).toBe('invalid_params');
});
