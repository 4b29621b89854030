import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cloud } from '#local';
import { limits } from '#protocol';
import { drain, idOf, meetPhones, messageOf, type Page, send, sync, toAll } from '../fixtures/mail.ts';
import { openMailboxes } from '../fixtures/operator.ts';
import { connectDevice, type Wire } from '../fixtures/wire.ts';
import { newMessageId, startTestCloud } from '../fixtures/world.ts';

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

const idsOf = (pages: readonly Page[]) => pages.flatMap(({ envelopes }) => envelopes.map(({ id }) => id));

/** So many envelopes of so many bytes each in the mailbox of Ben's phone, oldest first; gives their ids. */
const fill = async ({ account }: { account: string }, count: number, { size = 700, ttl = 3600, from = 0 } = {}) => {
  const at = Date.now() - 60_000 + from;
  const ids = Array.from({ length: count }, (_, i) => `${newMessageId(at + i)}.${'a'.repeat(32)}.1`);
  const expires = Math.ceil(Date.now() / 1000) + ttl;
  await mailboxes.fill(
    ids.map((sk) => ({ pk: `${account}.1`, sk, body: Buffer.alloc(size, 7), at: Date.now(), ttl: expires })),
  );
  return ids;
};

/** A page, and what reading it has cost beside the caller's account. */
const readPage = async (wire: Wire, params: object = {}) => {
  const before = cloud.meter.snapshot();
  const page = await sync(wire, params);
  const { readUnits = 0 } = cloud.meter.since(before).perMethod['relay.sync'] ?? {};
  return { page, readUnits: readUnits - 1 };
};

test('a full mailbox comes in pages of a frame, oldest first, each envelope once', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  const messages = Array.from({ length: 18 }, (_, i) =>
    messageOf([toAll(ben.first, ben.account)], 'y'.repeat(5000), Date.now() - 60_000 + i),
  );
  for (const message of messages.toReversed()) await send(phone, message);

  await using away = await connectDevice(cloud.endpoint, ben.phone);
  const pages = await drain(away);
  expect(idsOf(pages)).toEqual(messages.map((message) => idOf(message, ada.phone)));
  expect(pages.length).toBeGreaterThan(3);
  for (const page of pages)
    expect(JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(64), result: page }).length).toBeLessThanOrEqual(
      limits.frame,
    );
});

test('the largest body there may be passes through whole', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben, phone } = met;
  const message = messageOf([toAll(ben.first, ben.account)], 'z'.repeat(limits.body));
  await using other = await connectDevice(cloud.endpoint, ben.phone);
  await send(phone, message);
  expect(await other.event('relay.deliver')).toMatchObject({ envelopes: [{ body: message.bodies[0] }] });
  expect((await sync(other)).envelopes[0]?.body).toBe(message.bodies[0]);
});

test('what a call acknowledges is gone from the page that it gets', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben } = met;
  const ids = await fill(ben, 5);
  await using away = await connectDevice(cloud.endpoint, ben.phone);
  const acked = ids.slice(1, 4);
  expect(idsOf([await sync(away, { ack: acked })])).toEqual([ids[0], ids[4]]);
  expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([ids[0], ids[4]]);
});

test('a page holds at most as many as asked for, and the next begins behind it', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben } = met;
  const ids = await fill(ben, 25, { size: 10 });
  await using away = await connectDevice(cloud.endpoint, ben.phone);
  const pages = await drain(away, { limit: 10 });
  expect(pages.map(({ envelopes }) => envelopes.length)).toEqual([10, 10, 5]);
  expect(idsOf(pages)).toEqual(ids);
  expect(idsOf([await sync(away, { after: ids[19] })])).toEqual(ids.slice(20));
  expect(await sync(away, { after: ids[24] })).toEqual({ envelopes: [] });
});

test('expired envelopes are not sent, and are cleared in passing', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben } = met;
  const [, live] = [await fill(ben, 30, { ttl: -10 }), await fill(ben, 3, { from: 100 })];
  await fill(ben, 30, { ttl: -10, from: 200 });
  await using away = await connectDevice(cloud.endpoint, ben.phone);
  expect(idsOf(await drain(away))).toEqual(live);
  expect(await mailboxes.keys(`${ben.account}.1`)).toEqual(live);
});

test('a call reads no more than eight times, however much of the mailbox has expired', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ben } = met;
  await fill(ben, 2000, { size: 10, ttl: -10 });
  const [live] = await fill(ben, 1, { from: 5000 });
  await using away = await connectDevice(cloud.endpoint, ben.phone);
  const before = cloud.meter.snapshot();
  const first = await sync(away);
  // The caller's account, and the mailbox.
  expect(cloud.meter.since(before).operations['dynamodb Query']).toBeLessThanOrEqual(9);
  expect(first.envelopes).toEqual([]);
  expect(first.next).toEqual(expect.any(String));
  expect(idsOf(await drain(away, { after: first.next }))).toEqual([live]);
  expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([live]);
});

test.for([
  // Of 20 KB, a frame holds one envelope, and two are read before their size is known.
  { size: 20_000, sent: 1, read: 2 },
  { size: 10_000, sent: 2, read: 2 },
  { size: 700, sent: 30, read: 30 },
])('a page of envelopes of $size bytes sends $sent, and reads $read', async ({ size, sent, read }) => {
  await using met = await meetPhones(cloud.endpoint);
  await fill(met.ben, 65, { size });
  await using away = await connectDevice(cloud.endpoint, met.ben.phone);
  let after: string | undefined;
  for (const _ of [1, 2]) {
    const { page, readUnits } = await readPage(away, { ...(after !== undefined && { after }) });
    after = page.next;
    expect(page.envelopes).toHaveLength(sent);
    // An item is its body and some 200 bytes; each of two reads is rounded up to 4 KB.
    expect(readUnits).toBeLessThanOrEqual(Math.ceil((read * (size + 200)) / 4096) + 1);
  }
});

test('a mailbox of some thousands drains completely, each envelope once, while more comes in', async () => {
  await using met = await meetPhones(cloud.endpoint);
  const { ada, ben, phone } = met;
  const ids = await fill(ben, 3000, { size: 300 });
  await using away = await connectDevice(cloud.endpoint, ben.phone);
  const got: string[] = [];
  let ack: string[] = [];
  const late = messageOf([toAll(ben.first, ben.account)], 'late');
  let pages = 0;
  do {
    if (pages === 10) await send(phone, late);
    const { envelopes } = await sync(away, ack.length > 0 ? { ack } : {});
    ack = envelopes.map(({ id }) => id);
    got.push(...ack);
    pages += 1;
  } while (ack.length > 0);
  expect(got).toEqual([...ids, idOf(late, ada.phone)]);
  expect(await mailboxes.keys(`${ben.account}.1`)).toEqual([]);
});
