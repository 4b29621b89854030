import { describe, expect, test } from 'vitest';
import { type Envelope, type EnvelopeId, envelopeIdOf, limits, type Params, toBase64Url } from '#protocol';
import { ClientError } from '../../../client/errors.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { messageIds } from '../../../client/message-ids.ts';
import { Acks } from '../../../client/relay/acks.ts';
import { Inbox, type IncomingMessage } from '../../../client/relay/inbox.ts';
import { Sync } from '../../../client/relay/sync.ts';
import { manualPlatform } from './manual-clock.ts';
import { somebody } from './people.ts';

const ben = somebody();
const newId = messageIds(Date.now);
const day = 24 * 60 * 60 * 1000;

const envelope = (text = 'hello'): Envelope => ({
  id: envelopeIdOf(newId(), ben.addressOn(2)),
  body: toBase64Url(new TextEncoder().encode(text)),
  at: 7,
});

const setUp = async ({ store = memoryStore(), platform = manualPlatform() } = {}) => {
  const acknowledged: EnvelopeId[] = [];
  const errors: unknown[] = [];
  const got: IncomingMessage[] = [];
  const inbox = new Inbox({
    store,
    clock: platform.clock,
    acknowledge: (id) => acknowledged.push(id),
    onError: (error) => errors.push(error),
  });
  await inbox.load();
  const handler = (message: IncomingMessage) => void got.push(message);
  return { inbox, acknowledged, errors, got, handler, store, platform };
};

describe('receiving', () => {
  test('a message is handed over with who sent it, and then acknowledged', async () => {
    const { inbox, acknowledged, got, handler } = await setUp();
    const sent = envelope();

    await inbox.take([{ ...sent, urgent: true }], handler);

    expect(got).toEqual([
      {
        id: sent.id,
        message: sent.id.slice(0, 36),
        sender: { account: ben.account, device: 2 },
        body: new TextEncoder().encode('hello'),
        at: 7,
        urgent: true,
      },
    ]);
    expect(acknowledged).toEqual([sent.id]);
  });

  test('a message received twice reaches the application once, and is acknowledged twice', async () => {
    const { inbox, acknowledged, got, handler } = await setUp();
    const sent = envelope();

    await Promise.all([inbox.take([sent], handler), inbox.take([sent], handler)]);

    expect(got).toHaveLength(1);
    expect(acknowledged).toEqual([sent.id, sent.id]);
  });

  test('a message received before a restart does not reach the application again', async () => {
    const before = await setUp();
    const sent = envelope();
    await before.inbox.take([sent], before.handler);

    const after = await setUp({ store: before.store });
    await after.inbox.take([sent], after.handler);

    expect(after.got).toEqual([]);
    expect(after.acknowledged).toEqual([sent.id]);
  });

  test('messages are handed over one after another', async () => {
    const { inbox } = await setUp();
    const log: string[] = [];
    const handler = async ({ body }: IncomingMessage) => {
      const text = new TextDecoder().decode(body);
      log.push(`${text} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${text} ends`);
    };

    await Promise.all([inbox.take([envelope('1'), envelope('2')], handler), inbox.take([envelope('3')], handler)]);

    expect(log).toEqual(['1', '2', '3'].flatMap((text) => [`${text} begins`, `${text} ends`]));
  });

  test('what the handler fails on is not acknowledged, and comes again', async () => {
    const { inbox, acknowledged, errors, got, handler } = await setUp();
    const sent = envelope();
    const failure = new Error('the disk is full');

    await inbox.take([sent], async () => {
      throw failure;
    });
    expect({ acknowledged, errors }).toEqual({ acknowledged: [], errors: [failure] });

    await inbox.take([sent], handler);
    expect(got).toHaveLength(1);
    expect(acknowledged).toEqual([sent.id]);
  });

  test('an id is remembered for eight days', async () => {
    const { inbox, store, platform, handler } = await setUp();
    await inbox.take([envelope()], handler);

    platform.clock.advance(8 * day);
    await inbox.forgetOld();
    expect(await store.list('received/')).toHaveLength(1);

    platform.clock.advance(1);
    await inbox.forgetOld();
    expect(await store.list('received/')).toEqual([]);
  });

  test('once it is stopped, nothing more is handed over', async () => {
    const { inbox, acknowledged, got, handler } = await setUp();
    await inbox.stop();

    await inbox.take([envelope()], handler);

    expect({ acknowledged, got }).toEqual({ acknowledged: [], got: [] });
  });
});

describe('acknowledging', () => {
  test('acknowledgements of a quarter of a second share a call', () => {
    const { clock } = manualPlatform();
    const posts: string[][] = [];
    const acks = new Acks(clock, (ids) => posts.push(ids));

    acks.add('a');
    clock.advance(249);
    acks.add('b');
    expect(posts).toEqual([]);
    clock.advance(1);

    expect(posts).toEqual([['a', 'b']]);
  });

  test('a hundred of them do not wait', () => {
    const { clock } = manualPlatform();
    const posts: string[][] = [];
    const acks = new Acks(clock, (ids) => posts.push(ids));

    for (let i = 0; i < limits.batch + 1; i += 1) acks.add(String(i));
    expect(posts.map(({ length }) => length)).toEqual([limits.batch]);

    clock.advance(250);
    expect(posts.map(({ length }) => length)).toEqual([limits.batch, 1]);
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
      onError: (error) => errors.push(error),
    });
    return { platform, asked, taken, errors, syncing };
  };

  test('page after page is asked for, each from where the last one ended', async () => {
    const [first, second] = [envelope(), envelope()];
    const { asked, taken, syncing } = sync([{ envelopes: [first], next: first.id }, { envelopes: [second] }]);

    syncing.start();

    await expect.poll(() => taken).toEqual([first, second]);
    expect(asked).toEqual([{}, { after: first.id }]);
  });

  test('five seconds after connecting it is emptied once more, for what was stored meanwhile', async () => {
    const { platform, asked, syncing } = sync([]);
    syncing.start();
    await expect.poll(() => asked).toHaveLength(1);

    platform.clock.advance(4_999);
    expect(asked).toHaveLength(1);
    platform.clock.advance(1);
    await expect.poll(() => asked).toHaveLength(2);

    platform.clock.advance(day);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toHaveLength(2);
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
      platform.clock.advance(5_000);
      await expect.poll(() => asked).toHaveLength(round);
    }

    await expect.poll(() => errors).toMatchObject([{ code: 'answer_invalid' }]);
  });
});
