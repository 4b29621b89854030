import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeviceList, limits } from '#protocol';
import {
  accepted,
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
import { openMailboxes } from '../fixtures/operator.ts';
import { loseAnswer, refusal, type Rule, startRuledEngine, writeOnly } from '../fixtures/ruled-engine.ts';
import { connectDevice, succeed } from '../fixtures/wire.ts';
import { deletion, newMessageId, registerAccount, startTestCloud } from '../fixtures/world.ts';

let engine: Awaited<ReturnType<typeof startRuledEngine>>;
let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let mailboxes: Awaited<ReturnType<typeof openMailboxes>>;
beforeAll(async () => {
  engine = await startRuledEngine();
  cloud = await startTestCloud({ engine: engine.url });
  mailboxes = await openMailboxes(cloud);
});
afterAll(async () => {
  mailboxes[Symbol.dispose]();
  await cloud[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const toAccount = ({ account, first }: { account: string; first: DeviceList }) => toAll(first, account);

const unprocessed = (left: Record<string, unknown[]>) => ({
  status: 200,
  body: JSON.stringify({ UnprocessedItems: left }),
});
const throttled: Rule = async () => refusal('ProvisionedThroughputExceededException');
const broken: Rule = async () => refusal('ValidationException');

describe('sending', () => {
  test('a message reaches the recipient’s devices and the sender’s others, in one request', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    await using computer = await connectDevice(cloud.endpoint, ada.companion);
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    const message = messageOf([toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)]);

    expect(await send(phone, message)).toEqual([accepted(message)]);

    for (const wire of [computer, other]) {
      expect(await wire.event('relay.deliver')).toEqual({ envelopes: [envelopeOf(message, ada.phone)] });
    }
  });

  test('a message to a device that is away waits, and leaves when it is acknowledged', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    const message = messageOf([toAll(ben.first, ben.account)]);
    await send(phone, message);

    await using away = await connectDevice(cloud.endpoint, ben.phone);
    expect(await sync(away)).toEqual({ envelopes: [envelopeOf(message, ada.phone)] });
    expect((await sync(away)).envelopes).toHaveLength(1);
    const { id } = envelopeOf(message, ada.phone);
    expect(await sync(away, { ack: [id] })).toEqual({ envelopes: [] });
  });

  test('relay.ack deletes without an answer, whatever it names', async () => {
    await using met = await meetPhones(cloud.endpoint);
    await using other = await connectDevice(cloud.endpoint, met.ben.phone);
    const message = messageTo(met.ben);
    await send(met.phone, message);
    await other.event('relay.deliver');
    const id = idOf(message, met.ada.phone);
    other.tell('relay.ack', { envelopes: [id, id, `${newMessageId()}.${met.ada.account}.1`] });
    await expect.poll(async () => (await sync(other)).envelopes).toEqual([]);
    expect(other.frames).toEqual([]);
  });

  test('a device list that has changed is told, and nothing is stored for anybody', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    const stale = [toAll(ben.first, ben.account), toAll(ada.first, ada.account, 1)];
    const wrong = [
      messageOf(stale),
      messageOf([{ ...toAll(ben.first, ben.account), version: 2 }]),
      messageOf([{ ...toAll(ben.first, ben.account), devices: [] }]),
      messageOf([
        {
          account: ben.account,
          version: 1,
          devices: [
            { device: 1, body: 0 },
            { device: 2, body: 0 },
          ],
        },
      ]),
      messageOf([toAll(ada.list, ada.account)]),
    ];
    for (const message of wrong) {
      const [result] = await send(phone, message);
      expect(result).toMatchObject({ message: message.message, error: { data: { code: 'devices_changed' } } });
    }
    const [told] = await send(phone, messageOf(stale));
    expect(told).toMatchObject({ error: { data: { details: { deviceLists: [ada.list] } } } });
    expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([]);
    expect(await mailboxes.keys(`${ada.account}.2`)).toEqual([]);
  });

  test('each message of a call stands or falls alone', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    const gone = await registerAccount(cloud.endpoint);
    await using leaving = await connectDevice(cloud.endpoint, gone.phone);
    await succeed(leaving, 'account.delete', deletion(cloud.endpoint, gone));
    const at = Date.now();
    const calls = [
      { code: 'message_expired', message: messageOf([toAccount(ben)], 'old', at - limits.messageAge - 60_000) },
      { code: undefined, message: messageOf([toAccount(ben)], 'first', at - 1) },
      { code: 'message_expired', message: messageOf([toAccount(ben)], 'early', at + limits.messageLead + 60_000) },
      { code: 'account_unknown', message: messageOf([toAccount({ ...ben, account: 'a'.repeat(32) })]) },
      { code: 'account_gone', message: messageOf([toAccount(ben), toAccount(gone)]) },
      { code: 'devices_changed', message: messageOf([toAccount(ben), toAll(ada.first, ada.account, 1)]) },
      { code: undefined, message: messageOf([toAccount(ben)], 'second', at) },
    ];
    expect(await send(phone, ...calls.map(({ message }) => message))).toMatchObject(
      calls.map(({ code, message: { message } }) =>
        code === undefined ? { message, at: expect.any(Number) } : { message, error: { data: { code } } },
      ),
    );
    const good = calls.filter(({ code }) => code === undefined).map(({ message }) => idOf(message, ada.phone));
    expect(await mailboxes.keys(`${ben.account}.1`)).toEqual(good);
  });

  test('a hundred envelopes go in one call, own devices among them; one more is refused before any write', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    const both = [toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)];
    const messages = Array.from({ length: limits.batch / 2 }, () => messageOf(both, 'x'));

    const { error } = await phone.call('relay.send', { messages: [...messages, messageTo(ben)] });
    expect(error?.data).toMatchObject({
      code: 'invalid_params',
      details: [{ message: 'at most 100 envelopes a call' }],
    });
    expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([]);

    expect(await send(phone, ...messages)).toEqual(messages.map(accepted));
    const ids = messages.map((message) => idOf(message, ada.phone)).toSorted();
    expect(await mailboxes.keys(`${ben.account}.1`)).toEqual(ids);
    expect(await mailboxes.keys(`${ada.account}.2`)).toEqual(ids);
  });

  test('mail for a device that has left is accepted and dropped', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    await using computer = await connectDevice(cloud.endpoint, ada.companion);
    await succeed(computer, 'devices.leave', {});
    await using sender = await connectDevice(cloud.endpoint, ben.phone);
    const message = messageOf([toAll(ada.list, ada.account)]);
    expect(await send(sender, message)).toEqual([accepted(message)]);
    expect(await phone.event('relay.deliver')).toEqual({ envelopes: [envelopeOf(message, ben.phone)] });
    expect((await computer.call('relay.sync', {})).error?.data.code).toBe('unlinked');
  });

  test('a message past its ttl is not delivered', async () => {
    await using met = await meet(cloud.endpoint);
    const { ben, phone } = met;
    await send(phone, { ...messageOf([toAll(ben.first, ben.account)]), ttl: 1 });
    await using away = await connectDevice(cloud.endpoint, ben.phone);
    await expect.poll(async () => (await sync(away)).envelopes, { timeout: 4000 }).toEqual([]);
  });
});

describe('a send that was cut short', () => {
  /** What becomes of the first writes of a call with two messages to two devices, so of four envelopes. */
  const faults: [string, string | undefined, Rule[]][] = [
    ['whose answer from the store is lost', undefined, [loseAnswer]],
    ['which the store takes in parts', undefined, [writeOnly(1, unprocessed), writeOnly(2, unprocessed)]],
    ['which the store throttles for a while', undefined, [throttled, throttled]],
    ['which breaks off before it stores anything', 'internal', [broken]],
    ['which breaks off half-way', 'internal', [writeOnly(2, () => refusal('ValidationException'))]],
  ];

  test.for(faults)('%s ends in one envelope a device, however often it is repeated', async ([, code, rules]) => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    const messages = [1, 2].map(() => messageOf([toAccount(ben), toAll(ada.list, ada.account, 1)]));
    engine.next('BatchWriteItem', ...rules);

    const first = await phone.call('relay.send', { messages });
    expect(first.error?.data.code).toBe(code);
    if (code !== undefined) expect(first.error?.data.retryable).toBe(true);
    for (const _ of [1, 2]) expect(await send(phone, ...messages)).toEqual(messages.map(accepted));

    const ids = messages.map((message) => idOf(message, ada.phone)).toSorted();
    expect(await mailboxes.keys(`${ben.account}.1`)).toEqual(ids);
    expect(await mailboxes.keys(`${ada.account}.2`)).toEqual(ids);
  });

  test('is answered as unavailable for each message that is not stored whole, while the store takes no more', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben, phone } = met;
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    const messages = [1, 2].map(() => messageOf([toAccount(ben), toAll(ada.list, ada.account, 1)]));
    // Of the second message, one of two envelopes is never written.
    engine.next('BatchWriteItem', writeOnly(3, unprocessed));
    engine.all('BatchWriteItem', writeOnly(0, unprocessed));
    const [stored, lost] = await send(phone, ...messages);
    engine.all('BatchWriteItem');

    expect(stored).toMatchObject({ message: messages[0]?.message, at: expect.any(Number) });
    expect(lost).toMatchObject({
      message: messages[1]?.message,
      error: { data: { code: 'unavailable', retryable: true } },
    });
    expect((await delivered(other)).map(({ id }) => id)).toEqual([idOf(messages[0] ?? messageTo(ben), ada.phone)]);
    expect(await send(phone, ...messages)).toEqual(messages.map(accepted));
  });
});
