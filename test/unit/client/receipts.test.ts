import { describe, expect, test } from 'vitest';
import { type AccountId, type EnvelopeId, limits, type MessageId } from '#protocol';
import { memoryStore } from '../../../client/memory-store.ts';
import { messageIds } from '../../../client/message-ids.ts';
import type { OutgoingRecord } from '../../../client/relay/outgoing.ts';
import type { StateChange } from '../../../client/relay/receipts/delivery-state.ts';
import { DeliveryStates } from '../../../client/relay/receipts/delivery-states.ts';
import { OutgoingReceipts } from '../../../client/relay/receipts/outgoing-receipts.ts';
import { takeReceipts } from '../../../client/relay/receipts/take-receipts.ts';
import { contentRoom, type Header, type Receipts } from '../../../client/relay/streams/payload.ts';
import { origin } from '../../../client/relay/streams/running-hash.ts';
import { manualPlatform } from './manual-platform.ts';

const [ada, ben, carla, stranger] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32));
if (ada === undefined || ben === undefined || carla === undefined || stranger === undefined) throw new Error('four');
const self = { account: ada, device: 1 };
const day = 24 * 60 * 60 * 1000;

const headerTo = (...accounts: AccountId[]): Header => ({
  v: 1,
  kind: 'message',
  streams: Object.fromEntries([...accounts, ada].map((account) => [account, [1, origin]])),
});

/** A message of Ada's to these accounts, and what receipts do to it. */
const sendTo = async ({ to = [ben], store = memoryStore(), platform = manualPlatform() } = {}) => {
  const changes: StateChange[] = [];
  const { now } = platform.clock;
  const states = new DeliveryStates({ store, self, now, onState: (change) => changes.push(change) });
  const message = messageIds(now)();
  await store.put(states.entries([{ message, header: headerTo(...to) }], 'sent'));
  const hear = (from: AccountId, receipts: Receipts) =>
    takeReceipts({ ...headerTo(), kind: 'receipt', receipts }, from, { self, states, onRead: () => undefined });
  return { states, changes, store, platform, message, id: `${message}.${ada}.1`, hear };
};

describe('how far a message has come', () => {
  test('goes forward only, whatever comes late or twice', async () => {
    const { states, changes, message, id, hear } = await sendTo();

    await hear(ben, { delivered: [id] });
    await states.advance([message], 'accepted');
    await hear(ben, { read: [id] });
    await hear(ben, { delivered: [id], read: [id] });

    expect(changes.map(({ state }) => state)).toEqual(['delivered', 'read']);
    expect(await states.of(message)).toEqual({ state: 'read', accounts: { [ben]: 'read' } });
  });

  test('is told for each account, and as a whole is what it is at all of them', async () => {
    const { states, message, id, hear } = await sendTo({ to: [ben, carla] });
    await states.advance([message], 'accepted');

    await hear(ben, { read: [id] });
    expect(await states.of(message)).toEqual({ state: 'accepted', accounts: { [ben]: 'read', [carla]: 'accepted' } });
    await hear(carla, { delivered: [id] });

    expect(await states.of(message)).toEqual({ state: 'delivered', accounts: { [ben]: 'read', [carla]: 'delivered' } });
  });

  test('is nothing that an account has a say in to which the message did not go', async () => {
    const { states, changes, message, id, hear } = await sendTo();

    await hear(carla, { read: [id] });
    await hear(ada, { read: [id] });
    await hear(ben, { read: [`${message}.${ben}.1`, `${message}.${carla}.1`] });

    expect(changes).toEqual([]);
    expect(await states.of(message)).toEqual({ state: 'sent', accounts: { [ben]: 'sent' } });
  });

  test('is not known of a message that was never sent, that was refused, or that is older than eight days', async () => {
    const { states, changes, store, platform, message, id, hear } = await sendTo();
    const other = messageIds(platform.clock.now)();
    await hear(ben, { read: [`${other}.${ada}.1`] });
    expect(await states.of(other)).toBeUndefined();

    await platform.clock.advance(8 * day + 1);
    await hear(ben, { read: [id] });
    expect(await states.of(message)).toBeUndefined();
    await states.forgetOld();

    expect(changes).toEqual([]);
    expect(await store.list('')).toEqual([]);
  });

  test('is known to another run', async () => {
    const { store, platform, message, id, hear } = await sendTo();
    await hear(ben, { delivered: [id] });

    const again = new DeliveryStates({ store, self, now: platform.clock.now, onState: () => undefined });

    expect(await again.of(message)).toMatchObject({ state: 'delivered' });
  });
});

describe('receipts of this device', () => {
  type Setting = { store?: ReturnType<typeof memoryStore>; optedIn?: boolean; others?: boolean };

  const setUp = async ({ store = memoryStore(), optedIn = true, others = true }: Setting = {}) => {
    const platform = manualPlatform();
    const sent: OutgoingRecord[][] = [];
    const errors: unknown[] = [];
    const state = { online: true, over: false, unwanted: new Set([stranger]) };
    const receipts = new OutgoingReceipts({
      store,
      self,
      clock: platform.clock,
      mayLearn: (account) => optedIn && !state.unwanted.has(account),
      hasOthers: async () => others,
      isOnline: () => state.online,
      send: async (records) => {
        if (state.over) return false;
        if (records.length > 0) sent.push([...records]);
        return true;
      },
      onError: (error) => errors.push(error),
    });
    await receipts.load();
    /** What the inbox does once a handler has returned. */
    const deliver = async (...ids: EnvelopeId[]) => {
      for (const id of ids) await store.put(receipts.delivered(id));
    };
    const said = () => sent.flat().map(({ to, header }) => [to, header.receipts]);
    const kept = async () => (await store.list('receipt/')).map(([key]) => key);
    return { receipts, platform, store, sent, said, state, errors, deliver, kept };
  };

  const newId: () => MessageId = messageIds(() => 1_800_000_000_000);
  const from = (account: AccountId): EnvelopeId => `${newId()}.${account}.1`;

  test('of five seconds share a payload for each account, and all of them a call', async () => {
    const { platform, sent, said, deliver, kept } = await setUp();
    const [one, two, other] = [from(ben), from(ben), from(carla)];

    await deliver(one, other);
    await platform.clock.advance(4_999);
    await deliver(two);
    expect(sent).toEqual([]);
    await platform.clock.advance(1);

    await expect.poll(said).toEqual([
      [[ben], { delivered: [one, two] }],
      [[carla], { delivered: [other] }],
    ]);
    expect(sent).toHaveLength(1);
    await expect.poll(kept).toEqual([]);
    await platform.clock.advance(60_000);
    expect(sent).toHaveLength(1);
  });

  test('do not wait when there are a hundred for an account', async () => {
    const { said, deliver, platform } = await setUp();
    const ids = Array.from({ length: limits.batch + 1 }, () => from(ben));

    await deliver(...ids.slice(0, limits.batch));
    await expect.poll(said).toEqual([[[ben], { delivered: ids.slice(0, limits.batch) }]]);
    await deliver(...ids.slice(limits.batch));
    await platform.clock.advance(5_000);

    await expect.poll(said).toHaveLength(2);
  });

  test('that nobody has heard of before a crash go out in the next run, at once', async () => {
    const before = await setUp();
    const [arrived, seen] = [from(ben), from(ben)];
    before.state.online = false;
    await before.deliver(arrived, seen);
    await before.receipts.read([seen]);

    const after = await setUp({ store: before.store });
    after.receipts.start();

    await expect.poll(after.said).toEqual([
      [[ada], { read: [seen] }],
      [[ben], { delivered: [arrived], read: [seen] }],
    ]);
    await expect.poll(after.kept).toEqual([]);
  });

  test('stay in the store when the session ends before they are in the outbox', async () => {
    const { receipts, state, deliver, kept, errors } = await setUp();
    await deliver(from(ben));
    state.over = true;

    receipts.start();
    await new Promise((resolve) => setImmediate(resolve));

    expect(await kept()).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test('tell strangers nothing, nor whom the person has blocked meanwhile', async () => {
    const { receipts, platform, said, state, deliver, kept } = await setUp({ others: false });
    const [unknown, blocked] = [from(stranger), from(ben)];

    await deliver(unknown, blocked);
    await receipts.read([unknown]);
    state.unwanted.add(ben);
    await platform.clock.advance(5_000);

    await expect.poll(kept).toEqual([]);
    expect(said()).toEqual([]);
  });

  test('go to the own devices even when no sender is to know', async () => {
    const { receipts, platform, said, deliver } = await setUp({ optedIn: false });
    const [seen, unknown, own] = [from(ben), from(stranger), from(ada)];

    await deliver(seen, unknown);
    await receipts.read([seen, unknown, own]);
    await platform.clock.advance(5_000);

    await expect.poll(said).toEqual([[[ada], { read: [seen, unknown] }]]);
  });

  test('are nothing for ids that are none', async () => {
    const { receipts, kept } = await setUp();

    await expect(receipts.read([from(ben), 'x'])).rejects.toMatchObject({ code: 'ids_invalid' });

    expect(await kept()).toEqual([]);
  });

  test('ride along with the first message that is for their account alone', async () => {
    const { receipts, platform, said, deliver, kept } = await setUp();
    const id = from(ben);
    await deliver(id);
    const board = receipts.boarding();
    const content = new Uint8Array(100);

    expect(board(headerTo(ben, carla), content).receipts).toBeUndefined();
    expect(board(headerTo(carla), content).receipts).toBeUndefined();
    expect(board(headerTo(), content).receipts).toBeUndefined();
    const header = board(headerTo(ben), content);
    expect(header.receipts).toEqual({ delivered: [id] });
    expect(board(headerTo(ben), content).receipts).toBeUndefined();
    receipts.settle(header);

    await expect.poll(kept).toEqual([]);
    await platform.clock.advance(5_000);
    expect(said()).toEqual([]);
  });

  test('wait for a payload of their own when a message has no room, or its account is blocked', async () => {
    const { receipts, state, deliver } = await setUp();
    await deliver(from(ben));
    const board = receipts.boarding();

    expect(board(headerTo(ben), new Uint8Array(contentRoom(headerTo(ben)))).receipts).toBeUndefined();
    state.unwanted.add(ben);
    expect(board(headerTo(ben), new Uint8Array(1)).receipts).toBeUndefined();
  });

  test('that somebody has read a message are not lost to those that it has arrived, which go out meanwhile', async () => {
    const { receipts, said, deliver, platform, kept } = await setUp({ others: false });
    const id = from(ben);
    await deliver(id);
    const header = receipts.boarding()(headerTo(ben), new Uint8Array(1));

    await receipts.read([id]);
    receipts.settle(header);
    expect(await kept()).toContain(`receipt/${ben}/${id}`);
    await platform.clock.advance(5_000);

    await expect.poll(said).toEqual([[[ben], { read: [id] }]]);
  });
});

describe('what another device of this account says', () => {
  test('is which messages of others have been read', async () => {
    const told: EnvelopeId[][] = [];
    const states = { advance: () => Promise.reject(new Error('of no concern')) };
    const [id, own] = [`${messageIds(Date.now)()}.${ben}.2`, `${messageIds(Date.now)()}.${ada}.2`];
    const options = { self, states, onRead: (ids: EnvelopeId[]) => told.push(ids) };

    await takeReceipts({ ...headerTo(), kind: 'receipt', receipts: { read: [id, own] } }, ada, options);
    await takeReceipts({ ...headerTo(), kind: 'receipt', receipts: { read: [own] } }, ada, options);
    await takeReceipts({ ...headerTo(ben), receipts: { read: [id] } }, ada, options);

    expect(told).toEqual([[id]]);
  });
});
