import { describe, expect, test } from 'vitest';
import {
  type AccountId,
  type DeviceList,
  limits,
  type Message,
  messageTime,
  type Result,
  toBase64Url,
} from '#protocol';
import { DeviceLists } from '../../../client/devices/device-lists.ts';
import { ClientError } from '../../../client/errors.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { messageIds } from '../../../client/message-ids.ts';
import { Contacts } from '../../../client/relay/contacts.ts';
import { Outbox } from '../../../client/relay/outbox.ts';
import { keepDraft } from '../../../client/relay/outgoing-records.ts';
import { DeliveryStates } from '../../../client/relay/receipts/delivery-states.ts';
import { Sent } from '../../../client/relay/sent.ts';
import type { Header } from '../../../client/relay/streams/payload.ts';
import { origin } from '../../../client/relay/streams/running-hash.ts';
import { SendingStreams } from '../../../client/relay/streams/sending-streams.ts';
import type { Store } from '../../../client/store.ts';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { failureOf } from './failure-of.ts';
import { payloadOf } from './letters.ts';
import { manualPlatform } from './manual-platform.ts';
import { somebody } from './people.ts';

const body = new TextEncoder().encode('hello');
const day = 24 * 60 * 60 * 1000;
const ada = somebody();
const ben = somebody();

type Relay = (messages: Message[]) => Result<'relay.send'>['results'] | Promise<Result<'relay.send'>['results']>;

const acceptAll: Relay = (messages) => messages.map(({ message }) => ({ message, at: 5 }));
type Refusal = { details?: unknown; retryable?: boolean; retryAfterMs?: number };
const refusal = (code: string, { retryable = false, ...more }: Refusal = {}) => ({
  code: -32000,
  message: 'refused',
  data: { code, retryable, ...more },
});

const changed = (deviceLists: DeviceList[]) => refusal('devices_changed', { details: { deviceLists } });

/** The list that the server has of an account. */
const served = async (account: AccountId): Promise<DeviceList> => {
  const known = [ada, ben].find((person) => person.account === account);
  if (known === undefined) throw new ClientError('account_unknown');
  return known.both;
};

/** Ada's computer sends by a relay that a test gives. */
const setUp = async (
  relay: Relay = acceptAll,
  { store = memoryStore(), platform = manualPlatform(), fetch = served } = {},
) => {
  const posts: Message[][] = [];
  const errors: unknown[] = [];
  const conflicts: string[] = [];
  const state = { online: true };
  /** What the server has told of its time. */
  const times: number[] = [];
  const lists = new DeviceLists({
    store,
    fetch,
    bring: async () => {
      throw new ClientError('method_not_found');
    },
    now: platform.clock.now,
    onNewer: () => undefined,
    onConflict: (account) => conflicts.push(account),
    onStale: () => undefined,
  });
  const self = { account: ada.account, device: 2 };
  const contacts = await Contacts.load({ store, self: ada.account, now: platform.clock.now });
  const sent = new Sent({ store, now: platform.clock.now });
  const states = new DeliveryStates({ store, self, now: platform.clock.now, onState: () => undefined });
  const receipts = { boarding: () => (header: Header) => header, settle: () => undefined };
  const outbox = new Outbox({
    store,
    lists,
    self,
    contacts,
    sent,
    states,
    streams: new SendingStreams({ store, self, states, receipts }),
    platform,
    now: platform.clock.now,
    learnTime: (now) => times.push(now),
    newId: messageIds(platform.clock.now),
    post: async (messages) => {
      posts.push(messages);
      return { results: await relay(messages) };
    },
    isOnline: () => state.online,
    onError: (error) => errors.push(error),
  });
  await outbox.load();
  return { outbox, posts, errors, conflicts, times, state, store, lists, platform, contacts, sent };
};

const kept = async (store: Store) => (await store.list('outbox/')).map(([key]) => key.slice('outbox/'.length));

describe('sending', () => {
  test('a message goes to every device of the recipient and to the sender’s other ones, in one call', async () => {
    const { outbox, posts } = await setUp();

    const accepted = await outbox.send({ to: ben.account, body, urgent: true, ttl: 60 });

    const [[message] = []] = posts;
    expect(message).toEqual({
      message: accepted.message,
      bodies: [expect.any(String)],
      to: [
        {
          account: ben.account,
          version: 2,
          devices: [
            { device: 1, body: 0 },
            { device: 2, body: 0 },
          ],
        },
        { account: ada.account, version: 2, devices: [{ device: 1, body: 0 }] },
      ],
      urgent: true,
      ttl: 60,
    });
    expect(payloadOf(message)).toEqual({
      header: { v: 1, kind: 'message', streams: { [ben.account]: [1, origin], [ada.account]: [1, origin] } },
      content: body,
    });
    expect(accepted.at).toBe(5);
  });

  test('messages of one tick share a call, in the order they were given', async () => {
    const { outbox, posts } = await setUp();

    const sent = await Promise.all([1, 2, 3].map((n) => outbox.send({ to: ben.account, body: Uint8Array.of(n) })));

    expect(posts).toHaveLength(1);
    expect(posts[0]?.map((message) => payloadOf(message).content)).toEqual([1, 2, 3].map((n) => Uint8Array.of(n)));
    expect(sent.map(({ message }) => message)).toEqual(posts[0]?.map(({ message }) => message));
  });

  test('a call holds no more than a frame and 100 envelopes', async () => {
    const { outbox, posts } = await setUp();
    const large = new Uint8Array(10_000);

    await Promise.all(Array.from({ length: 5 }, () => outbox.send({ to: ben.account, body: large })));
    await Promise.all(Array.from({ length: 50 }, () => outbox.send({ to: ben.account, body })));

    expect(posts.map(({ length }) => length)).toEqual([2, 2, 1, 33, 17]);
    for (const messages of posts) {
      expect(
        JSON.stringify({ jsonrpc: '2.0', id: 1e9, method: 'relay.send', params: { messages } }).length,
      ).toBeLessThan(limits.frame);
    }
  });

  test('a message is in the store before it is sent, and gone when it is accepted', async () => {
    const store = memoryStore();
    const during: string[][] = [];
    const { outbox } = await setUp(
      async (messages) => {
        during.push(await kept(store));
        return acceptAll(messages);
      },
      { store },
    );

    const { message } = await outbox.send({ to: ben.account, body });

    expect(during).toEqual([[message]]);
    expect(await kept(store)).toEqual([]);
  });

  test('what cannot be sent is refused before it is kept', async () => {
    const { outbox, store } = await setUp();

    const refused = (outgoing: object) => outbox.send({ to: ben.account, body, ...outgoing });
    await expect(refused({ body: new Uint8Array() })).rejects.toMatchObject({ code: 'body_invalid' });
    await expect(refused({ body: new Uint8Array(limits.body + 1) })).rejects.toMatchObject({ code: 'body_invalid' });
    const many = Array.from({ length: limits.batch + 1 }, () => ben.account);
    await expect(refused({ to: many })).rejects.toMatchObject({ code: 'recipients_invalid' });
    await expect(refused({ to: [] })).rejects.toMatchObject({ code: 'recipients_invalid' });
    await expect(refused({ to: 'ben' })).rejects.toMatchObject({ code: 'recipients_invalid' });
    await expect(refused({ ttl: 0.5 })).rejects.toMatchObject({ code: 'ttl_invalid' });
    expect(await kept(store)).toEqual([]);
  });
});

describe('changed devices', () => {
  test('a message for devices that have changed goes again, under its id, to those there are now', async () => {
    const grown = ben.adding(ben.both, newKeyPair().publicKey);
    const { outbox, posts, lists } = await setUp((messages) =>
      messages.map(({ message, to }) =>
        to[0]?.version === 3 ? { message, at: 5 } : { message, error: changed([grown]) },
      ),
    );

    const { message } = await outbox.send({ to: ben.account, body });

    expect(posts.map(([sent]) => [sent?.message, sent?.to[0]?.devices.length])).toEqual([
      [message, 2],
      [message, 3],
    ]);
    expect(await lists.of(ben.account)).toEqual(grown);
  });

  test('messages that go again keep their order, among themselves and before later ones', async () => {
    const grown = ben.adding(ben.both, newKeyPair().publicKey);
    const { outbox, posts } = await setUp((messages) => {
      if (posts.length > 1) return acceptAll(messages);
      void outbox.send({ to: ben.account, body: Uint8Array.of(3) });
      return messages.map(({ message }) => ({ message, error: changed([grown]) }));
    });

    await Promise.all([1, 2].map((n) => outbox.send({ to: ben.account, body: Uint8Array.of(n) })));

    const order = posts.slice(1).flatMap((messages) => messages.map((message) => payloadOf(message).content));
    expect(order).toEqual([1, 2, 3].map((n) => Uint8Array.of(n)));
  });

  test('a message whose lists the answer does not tell asks for them', async () => {
    const store = memoryStore();
    await store.put({ [`list/${ben.account}`]: ben.first });
    const { outbox, posts } = await setUp(
      (messages) =>
        messages.map(({ message, to }) =>
          to[0]?.version === 2 ? { message, at: 5 } : { message, error: changed([]) },
        ),
      { store },
    );

    await outbox.send({ to: ben.account, body });

    expect(posts.map(([sent]) => sent?.to[0]?.version)).toEqual([1, 1, 2]);
  });

  test('a list that takes back a device stops the message, and all that follow to that account', async () => {
    const after = ben.next(ben.both, {});
    const { outbox, lists, conflicts, store } = await setUp((messages) =>
      messages.map(({ message, to }) =>
        to.some(({ account }) => account === ben.account)
          ? { message, error: changed([ben.first]) }
          : { message, at: 5 },
      ),
    );
    await lists.accept(ben.account, after);

    await expect(outbox.send({ to: ben.account, body })).rejects.toMatchObject({ code: 'list_conflict' });
    await expect(outbox.send({ to: ben.account, body })).rejects.toMatchObject({ code: 'list_conflict' });
    expect(conflicts).toEqual([ben.account]);
    await expect.poll(() => kept(store)).toEqual([]);
  });
});

describe('failures', () => {
  test('a message that is refused for now goes again, under its id', async () => {
    let attempts = 0;
    const { outbox, posts } = await setUp((messages) => {
      attempts += 1;
      if (attempts === 1) throw new ClientError('timeout');
      if (attempts === 2) {
        return messages.map(({ message }) => ({ message, error: refusal('unavailable', { retryable: true }) }));
      }
      return acceptAll(messages);
    });

    const { message } = await outbox.send({ to: ben.account, body });

    expect(posts.map(([sent]) => sent?.message)).toEqual([message, message, message]);
  });

  test('one message’s refusal for good is its own: it leaves the outbox, the others are accepted', async () => {
    const { outbox, store } = await setUp((messages) =>
      messages.map(({ message }, i) => (i === 0 ? { message, error: refusal('account_unknown') } : { message, at: 5 })),
    );

    const [refused, accepted] = await Promise.allSettled([
      outbox.send({ to: ben.account, body }),
      outbox.send({ to: ben.account, body }),
    ]);

    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'account_unknown' } });
    expect(accepted).toMatchObject({ status: 'fulfilled' });
    await expect.poll(() => kept(store)).toEqual([]);
  });

  test('a recipient nobody knows fails its message alone', async () => {
    const { outbox, posts } = await setUp();

    const [refused, accepted] = await Promise.allSettled([
      outbox.send({ to: somebody().account, body }),
      outbox.send({ to: ben.account, body }),
    ]);

    expect(refused).toMatchObject({ reason: { code: 'account_unknown' } });
    expect(accepted).toMatchObject({ status: 'fulfilled' });
    const kinds = posts.flat().map((message) => payloadOf(message).header.kind);
    expect(kinds.toSorted()).toEqual(['message', 'void']);
  });

  test('nobody tries for longer than six days, or than the message is wanted', async () => {
    for (const [ttl, patience] of [
      [undefined, 6 * day],
      [60, 60_000],
    ] as const) {
      const { outbox, state, platform, store } = await setUp();
      state.online = false;
      const sent = outbox.send({ to: ben.account, body, ...(ttl !== undefined && { ttl }) });
      const failure = failureOf(sent);
      await expect.poll(() => kept(store)).toHaveLength(1);

      await platform.clock.advance(patience + 1);
      state.online = true;
      outbox.resume();

      expect(await failure).toMatchObject({ code: 'message_expired' });
    }
  });

  test('a message that a clock ahead of time has made is sent when its time has come', async () => {
    const platform = manualPlatform();
    const now = platform.clock.now() - limits.messageLead - 60_000;
    const early: Relay = ([first]) =>
      posts.length > 1
        ? acceptAll(posts.at(-1) ?? [])
        : [{ message: first?.message ?? '', error: refusal('message_expired', { details: { now } }) }];
    const { outbox, posts, times } = await setUp((messages) => early(messages), { platform });
    const sent = outbox.send({ to: ben.account, body });
    await expect.poll(() => times).toEqual([now]);

    await platform.clock.advance(59_999);
    expect(posts).toHaveLength(1);
    await platform.clock.advance(1);

    await expect(sent).resolves.toMatchObject({ at: 5 });
    expect(posts[1]?.[0]?.message).toBe(posts[0]?.[0]?.message);
  });

  test('a message that the server finds too old is not sent again', async () => {
    const platform = manualPlatform();
    const expired = refusal('message_expired', { details: { now: platform.clock.now() + limits.messageAge } });
    const { outbox } = await setUp((messages) => messages.map(({ message }) => ({ message, error: expired })), {
      platform,
    });

    await expect(outbox.send({ to: ben.account, body })).rejects.toMatchObject({ code: 'message_expired' });
  });

  test('what waits for better times goes at once when there is a connection again', async () => {
    const platform = manualPlatform(() => 0.999);
    let refusals = 0;
    const { outbox, posts } = await setUp(
      (messages) => {
        refusals += 1;
        if (refusals === 1) throw new ClientError('timeout');
        return acceptAll(messages);
      },
      { platform },
    );
    const sent = outbox.send({ to: ben.account, body });
    await expect.poll(() => posts).toHaveLength(1);

    await expect
      .poll(() => {
        outbox.resume();
        return posts;
      })
      .toHaveLength(2);
    await sent;
  });
});

test('a message that the relay wants to rest goes not earlier, though there is a connection again', async () => {
  const rest = 60_000;
  let refusals = 0;
  const { outbox, posts, platform } = await setUp((messages) => {
    refusals += 1;
    if (refusals > 1) return acceptAll(messages);
    const error = refusal('rate_limited', { retryable: true, retryAfterMs: rest });
    return messages.map(({ message }) => ({ message, error }));
  });
  const { clock } = platform;
  const again = clock.now() + rest;
  const sent = outbox.send({ to: ben.account, body });
  await expect.poll(() => clock.due()).toContain(again);

  outbox.resume();
  await clock.advance(rest - 1);
  outbox.resume();
  expect(clock.due()).toContain(again);
  expect(posts).toHaveLength(1);
  await clock.advance(1);

  await sent;
  expect(posts).toHaveLength(2);
});

describe('restarts', () => {
  test('after a restart the outbox is sent again, oldest first, under the same ids', async () => {
    const store = memoryStore();
    const before = await setUp(acceptAll, { store });
    before.state.online = false;
    const sent = [1, 2].map((n) => before.outbox.send({ to: ben.account, body: Uint8Array.of(n) }));
    await expect.poll(() => kept(store)).toHaveLength(2);
    const ids = await kept(store);
    const ended = Promise.allSettled(sent);
    await before.outbox.stop(new ClientError('closed'));
    expect(await ended).toMatchObject([{ reason: { code: 'closed' } }, { reason: { code: 'closed' } }]);

    const after = await setUp(acceptAll, { store });
    after.outbox.resume();

    await expect.poll(() => kept(store)).toEqual([]);
    expect(after.posts.map((messages) => messages.map(({ message }) => message))).toEqual([ids]);
    expect(after.posts[0]?.map((message) => payloadOf(message).content)).toEqual([1, 2].map((n) => Uint8Array.of(n)));
  });

  test('a call that the end of the session cuts off leaves its message for the next one', async () => {
    const { promise: answer, reject } = Promise.withResolvers<never>();
    const { outbox, posts, store } = await setUp(() => answer);
    const failure = failureOf(outbox.send({ to: ben.account, body }));
    await expect.poll(() => posts).toHaveLength(1);

    const stopped = outbox.stop(new ClientError('closed'));
    reject(new ClientError('closed'));
    await stopped;

    expect(await failure).toMatchObject({ code: 'closed' });
    expect(await kept(store)).toHaveLength(1);
  });

  test('the end of the session lets nobody wait, whatever the outbox was about', async () => {
    const { promise: list, resolve } = Promise.withResolvers<DeviceList>();
    const { outbox, posts, store } = await setUp(acceptAll, { fetch: () => list });
    const failures = [1, 2].map(() => failureOf(outbox.send({ to: ben.account, body })));
    await expect.poll(() => kept(store)).toHaveLength(2);

    const stopped = outbox.stop(new ClientError('closed'));
    resolve(ben.both);
    await stopped;

    expect(await Promise.all(failures)).toMatchObject([{ code: 'closed' }, { code: 'closed' }]);
    expect(posts).toEqual([]);
  });

  test('a message whose new lists come after the end of the session is not left waiting', async () => {
    const { promise: list, resolve } = Promise.withResolvers<DeviceList>();
    const store = memoryStore();
    await store.put({ [`list/${ben.account}`]: ben.both, [`list/${ada.account}`]: ada.both });
    const { outbox, posts } = await setUp(
      (messages) => messages.map(({ message }) => ({ message, error: changed([]) })),
      {
        store,
        platform: manualPlatform(() => 0.999),
        fetch: (account) => (account === ben.account ? list : served(account)),
      },
    );
    const failure = failureOf(outbox.send({ to: ben.account, body }));
    await expect.poll(() => posts).toHaveLength(2);

    const stopped = outbox.stop(new ClientError('closed'));
    resolve(ben.both);
    await stopped;

    expect(await failure).toMatchObject({ code: 'closed' });
  });

  test('a message of an earlier run that is refused for good is reported', async () => {
    const store = memoryStore();
    const id = messageIds(() => manualPlatform().clock.now())();
    await store.put({ [`outbox/${id}`]: { to: [ben.account], body: 'AA' } });
    const { outbox, errors } = await setUp(
      (messages) => messages.map(({ message }) => ({ message, error: refusal('account_unknown') })),
      { store },
    );

    outbox.resume();

    await expect.poll(() => errors).toMatchObject([{ code: 'account_unknown' }]);
    expect(await kept(store)).toEqual([]);
  });
});

/** Where messages stand in the stream to an account. */
const placesOf = (posts: Message[][], account: AccountId) =>
  posts.flat().map((message) => payloadOf(message).header.streams[account]);

describe('numbers', () => {
  test('messages count up in the stream to each account, from one run to the next', async () => {
    const store = memoryStore();
    const before = await setUp(acceptAll, { store });
    await before.outbox.send({ to: ben.account, body });
    await before.outbox.send({ to: ada.account, body });

    const after = await setUp(acceptAll, { store });
    await after.outbox.send({ to: ben.account, body });

    expect(placesOf(before.posts, ada.account).map((place) => place?.[0])).toEqual([1, 2]);
    expect(placesOf(after.posts, ada.account)).toMatchObject([[3, expect.not.stringMatching(origin)]]);
    expect(placesOf(after.posts, ben.account)).toMatchObject([[2, expect.not.stringMatching(origin)]]);
  });

  test('a device that has joined is told with which message its stream begins', async () => {
    const grown = ben.adding(ben.both, newKeyPair().publicKey);
    const { outbox, posts, lists } = await setUp();
    await outbox.send({ to: ben.account, body });
    await lists.accept(ben.account, grown);

    await outbox.send({ to: ben.account, body });

    expect(placesOf(posts, ben.account).map((place) => place?.[2])).toEqual([undefined, { 3: 2 }]);
  });

  test('whom a message is for is known from then on', async () => {
    const { outbox, contacts } = await setUp();
    expect(contacts.isRequest(ben.account)).toBe(true);

    await outbox.send({ to: ben.account, body });

    expect(contacts.isRequest(ben.account)).toBe(false);
  });

  test('what another tab has made is numbered by the one that leads', async () => {
    const store = memoryStore();
    const message = messageIds(manualPlatform().clock.now)();
    await keepDraft(store, { message, draft: { to: [ben.account], body: toBase64Url(body) } });

    const { posts } = await setUp(acceptAll, { store });

    await expect.poll(() => placesOf(posts, ben.account)).toEqual([[1, origin]]);
    expect(posts[0]?.[0]?.message).toBe(message);
  });

  test('a message that is given again after it was accepted keeps its numbers', async () => {
    const { outbox, posts } = await setUp();
    const message = messageIds(manualPlatform().clock.now)();
    const drafted = { message, draft: { to: [ben.account], body: toBase64Url(body) } };
    await outbox.sendDraft(drafted);
    await outbox.send({ to: ben.account, body });

    await outbox.sendDraft(drafted);

    expect(placesOf(posts, ben.account).map((place) => place?.[0])).toEqual([1, 2, 1]);
    expect(posts[2]).toEqual(posts[0]);
  });

  test('a message with too much beside it for one body is refused before it is kept', async () => {
    const { outbox, store } = await setUp();
    const large = new Uint8Array(limits.body - 100);

    await expect(outbox.send({ to: ben.account, body: large })).rejects.toMatchObject({ code: 'body_invalid' });

    expect(await store.list('stream/')).toEqual([]);
  });
});

describe('sending again', () => {
  test('what was asked for goes to the account that asked alone, with the id and the place it had', async () => {
    const { outbox, posts, sent } = await setUp();
    const { message } = await outbox.send({ to: ben.account, body });
    await outbox.send({ to: ben.account, body });

    await outbox.sendAlone(await sent.answers(ben.account, [{ from: 1, to: 1 }]));
    await expect.poll(() => posts).toHaveLength(3);

    const [again] = posts[2] ?? [];
    expect(again?.message).not.toBe(message);
    expect(again?.to.map(({ account }) => account)).toEqual([ben.account]);
    expect(payloadOf(again)).toEqual({
      header: { v: 1, kind: 'message', message, streams: { [ben.account]: [1, origin] } },
      content: body,
    });
  });

  test('an answer that is still on its way is known, and gone when it is accepted', async () => {
    const { outbox, sent, state, store } = await setUp();
    const { message } = await outbox.send({ to: ben.account, body });
    state.online = false;

    await outbox.sendAlone(await sent.answers(ben.account, [{ from: 1, to: 9 }]));
    expect([...outbox.underWayAgain(ben.account)]).toEqual([message]);
    expect([...outbox.underWayAgain(ada.account)]).toEqual([]);

    state.online = true;
    outbox.resume();
    await expect.poll(() => kept(store)).toEqual([]);
    expect([...outbox.underWayAgain(ben.account)]).toEqual([]);
  });

  test('in the place of a message that was refused for good goes a void, to each of its accounts', async () => {
    let refusals = 0;
    const { outbox, posts, sent } = await setUp((messages) => {
      refusals += 1;
      if (refusals > 1) return acceptAll(messages);
      return messages.map(({ message }) => ({ message, error: refusal('mailbox_full') }));
    });
    await expect(outbox.send({ to: ben.account, body })).rejects.toMatchObject({ code: 'mailbox_full' });

    await expect.poll(() => posts).toHaveLength(2);
    const voids = posts[1]?.map((message) => ({ to: message.to.map(({ account }) => account), ...payloadOf(message) }));
    const message = posts[0]?.[0]?.message;
    expect(voids).toMatchObject([
      { to: [ben.account], header: { kind: 'void', message, streams: { [ben.account]: [1, origin] } } },
      { to: [ada.account], header: { kind: 'void', message, streams: { [ada.account]: [1, origin] } } },
    ]);
    expect(await sent.answers(ben.account, [{ from: 1, to: 1 }])).toMatchObject([{ header: { kind: 'void' } }]);
  });

  test('what nobody wants any more is answered by a void', async () => {
    const { outbox, sent, platform } = await setUp();
    await outbox.send({ to: ben.account, body, ttl: 60 });

    await platform.clock.advance(60_001);

    expect(await sent.answers(ben.account, [{ from: 1, to: 1 }])).toMatchObject([{ header: { kind: 'void' } }]);
  });

  test('what was sent is kept for eight days', async () => {
    const { outbox, sent, platform, store } = await setUp();
    await outbox.send({ to: ben.account, body });
    const answers = () => sent.answers(ben.account, [{ from: 1, to: 1 }]);

    await platform.clock.advance(8 * day);
    await sent.forgetOld();
    expect(await answers()).toHaveLength(1);

    await platform.clock.advance(1);
    await sent.forgetOld();
    expect(await answers()).toEqual([]);
    expect([...(await store.list('sent/')), ...(await store.list('place/'))]).toEqual([]);
  });
});

describe('message ids', () => {
  test('an id holds its time, and those of one millisecond sort as they were made', () => {
    const newId = messageIds(() => 1_800_000_000_123);
    const ids = Array.from({ length: 10_000 }, newId);

    expect(messageTime(ids[0] ?? '')).toBe(1_800_000_000_123);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a clock that goes back makes no id that sorts before the last', () => {
    const times = [50, 40, 60];
    const newId = messageIds(() => times.shift() ?? 0);
    const ids = [newId(), newId(), newId()];

    expect(ids.toSorted()).toEqual(ids);
    expect(ids.map((id) => messageTime(id))).toEqual([50, 50, 60]);
  });

  test('a clock that was so far ahead that the server refuses its ids is not waited for', () => {
    const ahead = limits.messageLead + 100;
    const times = [ahead, 100, 99, 98];
    const newId = messageIds(() => times.shift() ?? 0);
    const ids = [newId(), newId(), newId(), newId()];

    expect(ids.map((id) => messageTime(id))).toEqual([ahead, ahead, 99, 99]);
  });
});
