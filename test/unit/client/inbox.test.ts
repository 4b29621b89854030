import { describe, expect, test } from 'vitest';
import { addressOf, type Envelope, type EnvelopeId, limits, type Params } from '#protocol';
import { ClientError } from '../../../client/errors.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { Acks } from '../../../client/relay/acks.ts';
import { Blocks, payloadOfBlock } from '../../../client/relay/blocks.ts';
import { type IncomingMessage, readEnvelope } from '../../../client/relay/arrival.ts';
import { Contacts } from '../../../client/relay/contacts.ts';
import { Inbox } from '../../../client/relay/inbox.ts';
import type { Gap } from '../../../client/relay/incoming-stream.ts';
import { DeliveryStates } from '../../../client/relay/receipts/delivery-states.ts';
import { heldAtMost, type Range } from '../../../client/relay/streams/reception.ts';
import { payloadOfQuestion, type Question, again as sentAgain, voided } from '../../../client/relay/streams/resend.ts';
import { Sync } from '../../../client/relay/sync.ts';
import { envelopeOf, writer } from './letters.ts';
import { manualPlatform } from './manual-platform.ts';
import { somebody } from './people.ts';

const ben = somebody();
const day = 24 * 60 * 60 * 1000;

const ada = somebody();
const self = { account: ada.account, device: 1 };
/** What Ben's computer writes to Ada, from the first message on. */
const letters = () => writer(ben.addressOn(2), ada.account);

const setUp = async ({ store = memoryStore(), platform = manualPlatform() } = {}) => {
  const acknowledged: EnvelopeId[] = [];
  const errors: unknown[] = [];
  const got: IncomingMessage[] = [];
  const gaps: Gap[] = [];
  const asked: (readonly Range[])[] = [];
  const answered: [string, Question][] = [];
  const contacts = await Contacts.load({ store, self: ada.account, now: platform.clock.now });
  const blocks = await Blocks.load({ store, now: platform.clock.now });
  const states = new DeliveryStates({ store, self, now: platform.clock.now, onState: () => undefined });
  const inbox = new Inbox({
    store,
    self,
    blocks,
    states,
    receipts: { delivered: () => ({}) },
    onRead: () => undefined,
    address: addressOf(self.account, self.device),
    platform,
    contacts,
    acknowledge: ({ id }) => acknowledged.push(id),
    ask: async (_, ranges) => void asked.push(ranges),
    answer: async (asker, question) => void answered.push([asker, question]),
    onGap: (gap) => gaps.push(gap),
    onError: (error) => errors.push(error),
  });
  await inbox.load();
  inbox.receive((message) => void got.push(message));
  const texts = () => got.map(({ body }) => new TextDecoder().decode(body));
  return { inbox, acknowledged, errors, got, texts, gaps, asked, answered, contacts, blocks, store, platform };
};

describe('receiving', () => {
  test('a message is handed over with who sent it, and then acknowledged', async () => {
    const { inbox, acknowledged, got } = await setUp();
    const sent = letters()('hello');

    await inbox.take([{ ...sent, urgent: true }]);

    expect(got).toEqual([
      {
        id: sent.id,
        message: sent.id.slice(0, 36),
        sender: { account: ben.account, device: 2 },
        body: new TextEncoder().encode('hello'),
        at: 7,
        urgent: true,
        isRequest: true,
      },
    ]);
    expect(acknowledged).toEqual([sent.id]);
  });

  test('a message received twice reaches the application once, and is acknowledged twice', async () => {
    const { inbox, acknowledged, got } = await setUp();
    const sent = letters()('hello');

    await Promise.all([inbox.take([sent]), inbox.take([sent])]);

    expect(got).toHaveLength(1);
    expect(acknowledged).toEqual([sent.id, sent.id]);
  });

  test('a message received before a restart does not reach the application again', async () => {
    const before = await setUp();
    const sent = letters()('hello');
    await before.inbox.take([sent]);

    const after = await setUp({ store: before.store });
    await after.inbox.take([sent]);

    expect(after.got).toEqual([]);
    expect(after.acknowledged).toEqual([sent.id]);
  });

  test('messages are handed over one after another', async () => {
    const { inbox } = await setUp();
    const log: string[] = [];
    const write = letters();
    inbox.receive(async ({ body }: IncomingMessage) => {
      const text = new TextDecoder().decode(body);
      log.push(`${text} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${text} ends`);
    });

    await Promise.all([inbox.take([write('1'), write('2')]), inbox.take([write('3')])]);

    expect(log).toEqual(['1', '2', '3'].flatMap((text) => [`${text} begins`, `${text} ends`]));
  });

  test('what the handler fails on is not acknowledged, and comes again', async () => {
    const { inbox, acknowledged, errors, got } = await setUp();
    const sent = letters()('hello');
    const failure = new Error('the disk is full');

    inbox.receive(() => {
      throw failure;
    });
    await inbox.take([sent]);
    expect({ acknowledged, errors }).toEqual({ acknowledged: [], errors: [failure] });

    inbox.receive((message) => void got.push(message));
    await inbox.take([sent]);
    expect(got).toHaveLength(1);
    expect(acknowledged).toEqual([sent.id]);
  });

  test('an id is remembered for eight days', async () => {
    const { inbox, store, platform } = await setUp();
    await inbox.take([letters()('hello')]);

    await platform.clock.advance(8 * day);
    await inbox.forgetOld();
    expect(await store.list('received/')).toHaveLength(1);

    await platform.clock.advance(1);
    await inbox.forgetOld();
    expect(await store.list('received/')).toEqual([]);
  });

  test('once it is stopped, nothing more is handed over', async () => {
    const { inbox, acknowledged, got } = await setUp();
    await inbox.stop();

    await inbox.take([letters()('hello')]);

    expect({ acknowledged, got }).toEqual({ acknowledged: [], got: [] });
  });
});

const five = () => {
  const write = letters();
  const [one, two, three, four, five] = [write('1'), write('2'), write('3'), write('4'), write('5')];
  return { one, two, three, four, five };
};

describe('a stream', () => {
  test('what comes early is acknowledged, and handed over in its turn', async () => {
    const { inbox, texts, acknowledged, store } = await setUp();
    const { one, two, three } = five();

    await inbox.take([three, one]);
    expect({ texts: texts(), acknowledged }).toEqual({ texts: ['1'], acknowledged: [three.id, one.id] });
    await inbox.take([two]);

    expect(texts()).toEqual(['1', '2', '3']);
    expect(await store.list('held/')).toEqual([]);
  });

  test('what was held in an earlier run is handed over in this one', async () => {
    const before = await setUp();
    const { one, two, three } = five();
    await before.inbox.take([one, three]);

    const after = await setUp({ store: before.store });
    await after.inbox.take([three, two]);

    expect(after.texts()).toEqual(['2', '3']);
    expect(after.acknowledged).toEqual([three.id, two.id]);
  });

  test('what a crash has left behind of a message that had its turn is cleared away', async () => {
    const { inbox, store } = await setUp();
    const { one, two } = five();
    await inbox.take([one, two]);
    await store.put({ [`held/${ben.addressOn(2)}/2`]: two });

    const after = await setUp({ store });
    await after.inbox.catchUp();

    expect(after.texts()).toEqual([]);
    expect(await store.list('held/')).toEqual([]);
  });

  test('what is missing is asked for once the mailbox is empty, and after a minute is told to be lost', async () => {
    const { inbox, texts, gaps, asked, platform } = await setUp();
    const { one, four, five: last } = five();
    await inbox.take([one, four, last]);
    await platform.clock.advance(60_000);
    expect(asked).toEqual([]);

    await inbox.catchUp();
    for (const delay of [1_000, 5_000, 15_000]) await platform.clock.advance(delay);
    expect(asked).toEqual([[{ from: 2, to: 3 }], [{ from: 2, to: 3 }], [{ from: 2, to: 3 }]]);
    expect({ texts: texts(), gaps }).toEqual({ texts: ['1'], gaps: [] });
    await platform.clock.advance(39_000);

    expect(gaps).toEqual([{ sender: ben.addressOn(2), kind: 'lost', from: 2, to: 3 }]);
    expect(texts()).toEqual(['1', '4', '5']);
  });

  test('nothing is asked for without a connection', async () => {
    const { inbox, asked, platform } = await setUp();
    const { one, three } = five();
    await inbox.take([one, three]);
    await inbox.catchUp();

    inbox.pause();
    await platform.clock.advance(120_000);

    expect(asked).toEqual([]);
  });

  test('what was sent again has the ids that it had, and comes once', async () => {
    const { inbox, got, texts } = await setUp();
    const { one, two } = five();
    const first = readEnvelope(one);
    if (first === undefined) throw new Error('not a payload');
    const message = one.id.slice(0, 36);
    const resent = envelopeOf(ben.addressOn(2), sentAgain(first.payload, { account: ada.account, message }));

    await inbox.take([two, resent, one]);

    expect(texts()).toEqual(['1', '2']);
    expect(got[0]).toMatchObject({ id: one.id, message });
  });

  test('a void takes its turn, and the application gets nothing of it', async () => {
    const { inbox, texts, gaps } = await setUp();
    const { one, two } = five();
    const first = readEnvelope(one);
    if (first === undefined) throw new Error('not a payload');
    const message = one.id.slice(0, 36);
    const empty = sentAgain(voided(first.payload), { account: ada.account, message });

    await inbox.take([two, envelopeOf(ben.addressOn(2), empty)]);

    expect({ texts: texts(), gaps }).toEqual({ texts: ['2'], gaps: [] });
  });

  test('a message that is not what was sent is told of when the next one comes', async () => {
    const { inbox, texts, gaps } = await setUp();
    const { one, two } = five();
    const read = readEnvelope(one);
    if (read === undefined) throw new Error('not a payload');
    const forged = envelopeOf(ben.addressOn(2), { ...read.payload, content: Uint8Array.from(Buffer.from('forged')) });

    await inbox.take([forged, two]);

    expect(texts()).toEqual(['forged', '2']);
    expect(gaps).toEqual([{ sender: ben.addressOn(2), kind: 'altered', from: 1, to: 1 }]);
  });

  test('a message that the handler fails on when its turn has come is handed over again, and is no gap', async () => {
    const { inbox, texts, got, asked, errors, gaps, platform } = await setUp();
    const { one, two, three } = five();
    await inbox.catchUp();
    await inbox.take([two]);
    const failure = new Error('the disk is full');
    inbox.receive((message) => {
      if (message.id === two.id) throw failure;
      got.push(message);
    });
    await inbox.take([one, three]);
    expect({ texts: texts(), errors: new Set(errors) }).toEqual({ texts: ['1'], errors: new Set([failure]) });

    inbox.receive((message) => void got.push(message));
    await platform.clock.advance(30_000);

    expect(texts()).toEqual(['1', '2', '3']);
    expect({ asked, gaps }).toEqual({ asked: [], gaps: [] });
  });

  test('while the mailbox is being emptied, what is too much to hold stays there', async () => {
    const { inbox, acknowledged, gaps, texts } = await setUp();
    const write = letters();
    const [, ...rest] = Array.from({ length: heldAtMost + 2 }, (_, i) => write(String(i + 1)));
    const last = rest.at(-1);
    if (last === undefined) throw new Error('there is a last one');
    await inbox.take(rest);
    expect(acknowledged).toHaveLength(heldAtMost);

    await inbox.catchUp();
    await inbox.take([last]);

    expect(gaps).toEqual([{ sender: ben.addressOn(2), kind: 'lost', from: 1, to: 1 }]);
    expect(texts()).toHaveLength(heldAtMost + 1);
    expect(acknowledged.at(-1)).toBe(last.id);
  });
});

/** Ben's first message, at 10; then he is blocked from 20 to 30, and his fourth and later ones come through again. */
const setUpBlocked = async () => {
  const all = await setUp();
  const write = letters();
  const came = write('1', 10);
  const [kept2, kept3, fourth] = [write('2', 22), write('3', 24), write('4', 31)];
  const [fifth, sixth, seventh] = [write('5', 32), write('6', 33), write('7', 34)];
  await all.inbox.take([came]);
  await all.blocks.apply({ account: ben.account, blocked: true, at: 20 });
  await all.blocks.apply({ account: ben.account, blocked: false, at: 30 });
  return { ...all, kept2, kept3, fourth, fifth, sixth, seventh };
};

/** As its sender sends it once more. */
const again = (envelope: Envelope): Envelope => {
  const read = readEnvelope(envelope);
  if (read === undefined) throw new Error('not a payload');
  const to = { account: ada.account, message: envelope.id.slice(0, 36) };
  return envelopeOf(ben.addressOn(2), sentAgain(read.payload, to), 40);
};

describe('a stream of an account that was blocked', () => {
  test('goes on with what it sends after that: what it has sent meanwhile is neither asked for nor told of', async () => {
    const { inbox, fourth, fifth, texts, gaps, asked, platform } = await setUpBlocked();
    await inbox.catchUp();

    await inbox.take([fourth, fifth]);
    await platform.clock.advance(120_000);

    expect(texts()).toEqual(['1', '4', '5']);
    expect({ gaps, asked }).toEqual({ gaps: [], asked: [] });
  });

  test('keeps the order of what waits in the mailbox', async () => {
    const { inbox, fourth, fifth, texts, gaps } = await setUpBlocked();

    await inbox.take([fifth, fourth]);
    expect(texts()).toEqual(['1']);
    await inbox.catchUp();

    expect({ texts: texts(), gaps }).toEqual({ texts: ['1', '4', '5'], gaps: [] });
  });

  test('loses nothing that comes later than what was sent after it, and hands nothing over that was asked for', async () => {
    const { inbox, kept2, kept3, fourth, fifth, texts, acknowledged } = await setUpBlocked();
    await inbox.catchUp();

    await inbox.take([again(kept2), fifth, again(kept3), fourth, fourth]);

    expect(texts()).toEqual(['1', '5', '4']);
    expect(acknowledged).toHaveLength(6);
  });

  test('is mended again from then on', async () => {
    const { inbox, fourth, fifth, seventh, asked, platform } = await setUpBlocked();
    await inbox.catchUp();

    await inbox.take([fourth, fifth, seventh]);
    await platform.clock.advance(1_000);

    expect(asked).toEqual([[{ from: 6, to: 6 }]]);
  });

  test('does not take a message from before the block, which was long on its way, for a new beginning', async () => {
    const all = await setUp();
    const write = letters();
    const [one, two, three, four] = [write('1', 10), write('2', 11), write('3', 22), write('4', 31)];
    await all.inbox.take([one]);
    await all.blocks.apply({ account: ben.account, blocked: true, at: 20 });
    await all.blocks.apply({ account: ben.account, blocked: false, at: 30 });

    await all.inbox.take([two, four]);
    await all.inbox.catchUp();
    await all.platform.clock.advance(120_000);

    expect(three.at).toBe(22);
    expect({ texts: all.texts(), asked: all.asked }).toEqual({ texts: ['1', '2', '4'], asked: [] });
  });

  test('of which nothing had ever come begins with what comes', async () => {
    const { inbox, texts, asked, blocks, platform } = await setUp();
    const write = letters();
    write('1', 25);
    const two = write('2', 31);
    await blocks.apply({ account: ben.account, blocked: false, at: 30 });
    await inbox.catchUp();

    await inbox.take([two]);
    await platform.clock.advance(120_000);

    expect({ texts: texts(), asked }).toEqual({ texts: ['2'], asked: [] });
  });

  test('is what another device of this account says it is, and nobody else', async () => {
    const { inbox, blocks, acknowledged } = await setUp();
    const change = payloadOfBlock({ account: ben.account, blocked: true, at: 20 });

    await inbox.take([envelopeOf(ben.addressOn(2), change)]);
    expect(blocks.isBlocked(ben.account)).toBe(false);
    await inbox.take([envelopeOf(ada.addressOn(2), change)]);

    expect(blocks.isBlocked(ben.account)).toBe(true);
    expect(acknowledged).toHaveLength(2);
  });
});

describe('what else comes', () => {
  test('a question to this device is answered once, one to another device is not', async () => {
    const { inbox, answered, acknowledged } = await setUp();
    const ranges = [{ from: 1, to: 2 }];
    const question = { device: addressOf(ada.account, 1), ranges };
    const other = payloadOfQuestion({ device: addressOf(ada.account, 2), ranges });
    const mine = envelopeOf(ben.addressOn(2), payloadOfQuestion(question));

    await inbox.take([envelopeOf(ben.addressOn(1), other), mine, mine]);

    expect(answered).toEqual([[ben.addressOn(2), question]]);
    expect(acknowledged).toHaveLength(3);
  });

  test('what is no payload, or has no place in a stream to this account, is reported and dropped', async () => {
    const { inbox, errors, acknowledged, got } = await setUp();
    const nonsense = { ...letters()('hello'), body: 'AAA' };
    const elsewhere = writer(ben.addressOn(2), ben.account)('hello');

    await inbox.take([nonsense, elsewhere]);

    expect(errors).toMatchObject([{ code: 'payload_invalid' }, { code: 'payload_invalid' }]);
    expect(acknowledged).toEqual([nonsense.id, elsewhere.id]);
    expect(got).toEqual([]);
  });

  test('whom another device of this account has written to is no stranger', async () => {
    const { inbox, got } = await setUp();

    await inbox.take([writer(ada.addressOn(2), ben.account, ada.account)('from my computer'), letters()('hello')]);

    expect(got.map(({ isRequest }) => isRequest)).toEqual([false, false]);
  });
});

const setUpAcks = () => {
  const { clock } = manualPlatform();
  const posts: Params<'relay.ack'>[] = [];
  return { clock, posts, acks: new Acks(clock, (acked) => posts.push(acked)) };
};

describe('acknowledging', () => {
  test('acknowledgements of a quarter of a second share a call, which says how old the oldest is', async () => {
    const { acks, clock, posts } = setUpAcks();

    acks.add({ id: 'a', at: 7 });
    await clock.advance(249);
    acks.add({ id: 'b', at: 5 });
    expect(posts).toEqual([]);
    await clock.advance(1);

    expect(posts).toEqual([{ envelopes: ['a', 'b'], at: 5 }]);
  });

  test('a hundred of them do not wait', async () => {
    const { acks, clock, posts } = setUpAcks();
    const counts = () => posts.map(({ envelopes }) => envelopes.length);

    for (let i = 0; i < limits.batch + 1; i += 1) acks.add({ id: String(i), at: i });
    expect(counts()).toEqual([limits.batch]);

    await clock.advance(250);
    expect(counts()).toEqual([limits.batch, 1]);
  });
});

describe('emptying the mailbox', () => {
  type Page = { envelopes: Envelope[]; next?: EnvelopeId };

  const sync = (pages: (Page | ClientError)[]) => {
    const platform = manualPlatform();
    const asked: Params<'relay.sync'>[] = [];
    const taken: Envelope[] = [];
    const errors: unknown[] = [];
    const syncing = new Sync({
      platform,
      fetch: async (params) => {
        asked.push(params);
        const page = pages.shift() ?? { envelopes: [] };
        if (page instanceof ClientError) throw page;
        return page;
      },
      take: async (envelopes) => void taken.push(...envelopes),
      onEmpty: async () => {},
      onError: (error) => errors.push(error),
    });
    return { platform, asked, taken, errors, syncing };
  };

  test('page after page is asked for, each from where the last one ended', async () => {
    const [first, second] = [letters()('one'), letters()('two')];
    const { asked, taken, syncing } = sync([{ envelopes: [first], next: first.id }, { envelopes: [second] }]);

    syncing.start();

    await expect.poll(() => taken).toEqual([first, second]);
    expect(asked).toEqual([{}, { after: first.id }]);
  });

  test('five seconds after connecting it is emptied once more, for what was stored meanwhile', async () => {
    const { platform, asked, syncing } = sync([]);
    syncing.start();
    await expect.poll(() => asked).toHaveLength(1);

    await platform.clock.advance(4_999);
    expect(asked).toHaveLength(1);
    await platform.clock.advance(1);
    await expect.poll(() => asked).toHaveLength(2);

    await platform.clock.advance(day);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toHaveLength(2);
  });

  test('a relay that wants to rest is not asked before its time, though there is a connection again', async () => {
    const rest = 60_000;
    const { platform, asked, syncing } = sync([new ClientError('rate_limited', { retryAfterMs: rest })]);
    const again = platform.clock.now() + rest;
    syncing.start();
    await expect.poll(() => platform.clock.due()).toContain(again);

    await platform.clock.advance(rest / 2);
    syncing.stop();
    syncing.start();
    await platform.clock.advance(rest / 2 - 1);
    expect(asked).toHaveLength(1);
    await platform.clock.advance(1);

    await expect.poll(() => asked).toHaveLength(2);
  });

  test('a round that fails for now is made again, one that fails for good is reported', async () => {
    const { platform, asked, errors, syncing } = sync([
      new ClientError('timeout'),
      new ClientError('unavailable'),
      new ClientError('answer_invalid'),
    ]);
    syncing.start();
    await expect.poll(() => asked).toHaveLength(1);

    for (const round of [2, 3]) {
      await new Promise((resolve) => setImmediate(resolve));
      await platform.clock.advance(5_000);
      await expect.poll(() => asked).toHaveLength(round);
    }

    await expect.poll(() => errors).toMatchObject([{ code: 'answer_invalid' }]);
  });
});
