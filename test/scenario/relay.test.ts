import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { DeviceList, Message } from '#protocol';
import { addressOf, Envelope, limits } from '#protocol';
import { connectDevice, type Identity, succeed, type Wire } from '../fixtures/wire.ts';
import { linkCompanion, newMessageId, registerAccount, startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const Page = z.object({ envelopes: z.array(Envelope), next: z.optional(z.string()) });
const Sent = z.object({ results: z.array(z.looseObject({ message: z.string() })) });

/** Two accounts: Ada with phone and computer, Ben with a phone. */
const meet = async () => {
  const { endpoint } = cloud;
  const ada = await registerAccount(endpoint);
  const ben = await registerAccount(endpoint);
  const phone = await connectDevice(endpoint, ada.phone);
  const { companion, list } = await linkCompanion(endpoint, ada, { phone, list: ada.first });
  return { ada: { ...ada, list, companion }, ben, phone, [Symbol.asyncDispose]: () => phone[Symbol.asyncDispose]() };
};

const toAll = (list: DeviceList, account: string, except?: number) => ({
  account,
  version: list.version,
  devices: list.devices.filter(({ id }) => id !== except).map(({ id }) => ({ device: id, body: 0 })),
});

const text = (words: string) => Buffer.from(words).toString('base64url');
const messageOf = (to: Message['to'], words = 'hello'): Message => ({
  message: newMessageId(),
  bodies: [text(words)],
  to,
});
const sync = async (wire: Wire, params: object = {}) => Page.parse(await succeed(wire, 'relay.sync', params));
const send = async (wire: Wire, ...messages: Message[]) =>
  Sent.parse(await succeed(wire, 'relay.send', { messages })).results;
const envelopeOf = ({ message, bodies }: Message, sender: Identity) => ({
  id: `${message}.${addressOf(sender.account, sender.device)}`,
  body: bodies[0],
  at: expect.any(Number),
});

describe('sending', () => {
  test('a message reaches the recipient’s devices and the sender’s others, in one request', async () => {
    await using met = await meet();
    const { ada, ben, phone } = met;
    await using computer = await connectDevice(cloud.endpoint, ada.companion);
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    const message = messageOf([toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)]);

    expect(await send(phone, message)).toEqual([{ message: message.message, at: expect.any(Number) }]);

    for (const wire of [computer, other]) {
      expect(await wire.event('relay.deliver')).toEqual({ envelopes: [envelopeOf(message, ada.phone)] });
    }
  });

  test('a message to a device that is away waits, and leaves when it is acknowledged', async () => {
    await using met = await meet();
    const { ada, ben, phone } = met;
    const message = messageOf([toAll(ben.first, ben.account)]);
    await send(phone, message);

    await using away = await connectDevice(cloud.endpoint, ben.phone);
    expect(await sync(away)).toEqual({ envelopes: [envelopeOf(message, ada.phone)] });
    expect((await sync(away)).envelopes).toHaveLength(1);
    const { id } = envelopeOf(message, ada.phone);
    expect(await sync(away, { ack: [id] })).toEqual({ envelopes: [] });
  });

  test('relay.ack deletes without an answer', async () => {
    await using met = await meet();
    const message = messageOf([toAll(met.ben.first, met.ben.account)]);
    await send(met.phone, message);
    await using away = await connectDevice(cloud.endpoint, met.ben.phone);
    const { id } = envelopeOf(message, met.ada.phone);
    away.tell('relay.ack', { envelopes: [id, id, `${newMessageId()}.${met.ada.account}.1`] });
    await expect.poll(async () => (await sync(away)).envelopes).toEqual([]);
    expect(away.frames).toEqual([]);
  });

  test('a retry of an accepted send stores one envelope', async () => {
    await using met = await meet();
    const message = messageOf([toAll(met.ben.first, met.ben.account)]);
    for (const _ of [1, 2, 3]) await send(met.phone, message);
    await using away = await connectDevice(cloud.endpoint, met.ben.phone);
    expect((await sync(away)).envelopes).toHaveLength(1);
  });

  test('a device list that has changed is told, and nothing is stored for anybody', async () => {
    await using met = await meet();
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
    await using away = await connectDevice(cloud.endpoint, ben.phone);
    expect((await sync(away)).envelopes).toEqual([]);
  });

  test('each message of a call stands or falls alone', async () => {
    await using met = await meet();
    const { ada, ben, phone } = met;
    const to = [toAll(ben.first, ben.account)];
    const good = messageOf(to);
    const old = { ...messageOf(to), message: newMessageId(Date.now() - limits.messageAge - 60_000) };
    const early = { ...messageOf(to), message: newMessageId(Date.now() + limits.messageLead + 60_000) };
    const nobody = messageOf([{ account: 'a'.repeat(32), version: 1, devices: [{ device: 1, body: 0 }] }]);
    const results = await send(phone, old, good, early, nobody);
    expect(results).toMatchObject([
      { message: old.message, error: { data: { code: 'message_expired' } } },
      { message: good.message, at: expect.any(Number) },
      { message: early.message, error: { data: { code: 'message_expired' } } },
      { message: nobody.message, error: { data: { code: 'account_unknown' } } },
    ]);
    await using away = await connectDevice(cloud.endpoint, ben.phone);
    expect(await sync(away)).toEqual({ envelopes: [envelopeOf(good, ada.phone)] });
  });

  test('a hundred envelopes go in one call, one more is refused before anything is written', async () => {
    await using met = await meet();
    const { ben, phone } = met;
    const messages = Array.from({ length: limits.batch }, () => messageOf([toAll(ben.first, ben.account)], 'x'));
    const { error } = await phone.call('relay.send', {
      messages: [...messages, messageOf([toAll(ben.first, ben.account)])],
    });
    expect(error?.data).toMatchObject({
      code: 'invalid_params',
      details: [{ message: 'at most 100 envelopes a call' }],
    });
    expect(await send(phone, ...messages)).toHaveLength(limits.batch);
    await using away = await connectDevice(cloud.endpoint, ben.phone);
    const page = await sync(away);
    expect(page.envelopes.map(({ id }) => id)).toEqual(
      messages.map((message) => `${message.message}.${met.ada.account}.1`).toSorted(),
    );
  });

  test('deliveries at hand for one device share its frames', async () => {
    await using met = await meet();
    const { ben, phone } = met;
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    await send(phone, ...Array.from({ length: 20 }, () => messageOf([toAll(ben.first, ben.account)])));
    expect(z.object({ envelopes: z.array(Envelope) }).parse(await other.event('relay.deliver')).envelopes).toHaveLength(
      20,
    );
    expect(other.frames).toEqual([]);
  });

  test('mail for a device that has left is accepted and dropped', async () => {
    await using met = await meet();
    const { ada, ben, phone } = met;
    await using computer = await connectDevice(cloud.endpoint, ada.companion);
    await succeed(computer, 'devices.leave', {});
    await using sender = await connectDevice(cloud.endpoint, ben.phone);
    const message = messageOf([toAll(ada.list, ada.account)]);
    expect(await send(sender, message)).toEqual([{ message: message.message, at: expect.any(Number) }]);
    expect(await phone.event('relay.deliver')).toEqual({ envelopes: [envelopeOf(message, ben.phone)] });
    expect((await computer.call('relay.sync', {})).error?.data.code).toBe('unlinked');
  });

  test('a message past its ttl is not delivered', async () => {
    await using met = await meet();
    const { ben, phone } = met;
    await send(phone, { ...messageOf([toAll(ben.first, ben.account)]), ttl: 1 });
    await using away = await connectDevice(cloud.endpoint, ben.phone);
    await expect.poll(async () => (await sync(away)).envelopes, { timeout: 4000 }).toEqual([]);
  });
});

describe('draining', () => {
  test('a full mailbox comes in pages of a frame, oldest first, each envelope once', async () => {
    await using met = await meet();
    const { ada, ben, phone } = met;
    const words = 'y'.repeat(5000);
    const messages = Array.from({ length: 18 }, (_, i) => ({
      ...messageOf([toAll(ben.first, ben.account)], words),
      message: newMessageId(Date.now() - 60_000 + i),
    }));
    for (const message of messages.toReversed()) await send(phone, message);

    await using away = await connectDevice(cloud.endpoint, ben.phone);
    const pages: z.infer<typeof Page>[] = [];
    for (let after: string | undefined; pages.length === 0 || after !== undefined; ) {
      const page = await sync(away, { ...(after !== undefined && { after }) });
      expect(JSON.stringify(page).length).toBeLessThan(limits.frame);
      pages.push(page);
      after = page.next;
    }
    const ids = pages.flatMap(({ envelopes }) => envelopes.map(({ id }) => id));
    expect(ids).toEqual(messages.map(({ message }) => `${message}.${ada.account}.1`));
    expect(pages.length).toBeGreaterThan(3);
  });

  test('the largest body there may be passes through whole', async () => {
    await using met = await meet();
    const { ben, phone } = met;
    const message = messageOf([toAll(ben.first, ben.account)], 'z'.repeat(limits.body));
    await using other = await connectDevice(cloud.endpoint, ben.phone);
    await send(phone, message);
    expect(await other.event('relay.deliver')).toMatchObject({ envelopes: [{ body: message.bodies[0] }] });
    expect((await sync(other)).envelopes[0]?.body).toBe(message.bodies[0]);
  });
});

describe('signals', () => {
  test('a signal reaches connected devices and is kept nowhere', async () => {
    await using met = await meet();
    const { ada, ben, phone } = met;
    const { message, bodies, to } = messageOf([toAll(ben.first, ben.account), toAll(ada.list, ada.account, 1)]);
    await using computer = await connectDevice(cloud.endpoint, ada.companion);
    await succeed(phone, 'relay.signal', { message, bodies, to });
    expect(await computer.event('relay.signal')).toEqual({ message, sender: `${ada.account}.1`, body: bodies[0] });
    await using away = await connectDevice(cloud.endpoint, ben.phone);
    expect((await sync(away)).envelopes).toEqual([]);
  });

  test('a signal to devices of yesterday is refused with the current list', async () => {
    await using met = await meet();
    const { message, bodies, to } = messageOf([toAll(met.ada.first, met.ada.account, 1)]);
    const { error } = await met.phone.call('relay.signal', { message, bodies, to });
    expect(error?.data).toMatchObject({ code: 'devices_changed', details: { deviceLists: [met.ada.list] } });
  });
});
