import { describe, expect, test } from 'vitest';
import {
  type DeviceList,
  type Envelope,
  formatPairingCode,
  limits,
  messageTime,
  type Result,
  TandemError,
  toBase64Url,
} from '#protocol';
import { generateSigningKey } from '../../../client/keys.ts';
import { messageIds } from '../../../client/message-ids.ts';
import { generateSealingKeys } from '../../../client/pairing/provisioning.ts';
import type { IncomingMessage } from '../../../client/relay/arrival.ts';
import type { Header } from '../../../client/relay/streams/payload.ts';
import { resume } from '../../../client/resume.ts';
import type { Session } from '../../../client/session.ts';
import { startBrowser } from './browser.ts';
import { type Rules, startCloud } from './cloud.ts';
import { failureOf } from './failure-of.ts';
import { envelopeOf, writer } from './letters.ts';
import { manualPlatform } from './manual-platform.ts';
import { told } from './one-session.ts';
import { type Person, somebody } from './people.ts';

const newId = messageIds(Date.now);
const hello = new TextEncoder().encode('hello');

/**
 * Two tabs with Ada's phone (1) or computer (2): the first leads, the second follows. The cloud's time is `ahead` of
 * theirs, by milliseconds, and it refuses the first token by which that could be seen.
 */
const setUp = async (device: 1 | 2, rules: (ada: Person) => Rules = () => ({}), { ahead = 0 } = {}) => {
  const platform = manualPlatform();
  const ada = somebody(platform.clock.now());
  let isFirst = ahead > 0;
  const admit = (token: string | undefined) => {
    const isRefused = token !== undefined && isFirst;
    if (isRefused) isFirst = false;
    return !isRefused;
  };
  const cloud = await startCloud({
    now: () => platform.clock.now() + ahead,
    admit,
    rules: {
      'devices.list': () => ({ deviceList: ada.both }),
      'relay.sync': () => ({ envelopes: [] }),
      ...rules(ada),
    },
  });
  const store = await ada.storeOf(device, cloud.endpoint);
  const browser = startBrowser({ store, platform });
  const living = new Set<Session>();
  const openTab = async (onGranted?: () => void) => {
    const { session, kill } = await browser.openTab(onGranted);
    living.add(session);
    return { session, kill: () => void (living.delete(session) && kill()) };
  };
  const [first, second] = [await openTab(), await openTab()];
  await expect.poll(() => [first.session.online, second.session.online]).toEqual([true, true]);
  const dispose = async () => {
    await cloud[Symbol.asyncDispose]();
    await Promise.all([...living].map((session) => session.close()));
  };
  return { ada, platform, cloud, store, browser, first, second, openTab, [Symbol.asyncDispose]: dispose };
};

type Browser = ReturnType<typeof startBrowser>;
type Tab = Awaited<ReturnType<Browser['openTab']>>;

const accept: Rules = {
  'relay.send': ({ messages }) => ({ results: messages.map(({ message }) => ({ message, at: 9 })) }),
};

/** Answers from the nth call on: before, the tab that asks is left waiting. */
const answersFrom = <T>(count: number, result: T) => {
  let calls = 0;
  return (): T | Promise<T> => {
    calls += 1;
    return calls >= count ? result : new Promise<T>(() => {});
  };
};

describe('several tabs with one device', () => {
  test('share one connection, and each is online', async () => {
    await using all = await setUp(2);
    const third = await all.openTab();

    await expect.poll(() => third.session.online).toBe(true);

    expect(all.cloud.offers).toHaveLength(1);
    expect(third.session).toMatchObject({ account: all.ada.account, device: 2, isPrimary: false });
  });

  test('hear alike what happens', async () => {
    await using all = await setUp(1);
    const heard = [all.first, all.second].map(({ session }) => [
      told(session, 'devices'),
      told(session, 'signal'),
      told(session, 'left'),
      told(session, 'push_broken'),
    ]);
    const grown = all.ada.adding(all.ada.both, (await generateSigningKey()).x);
    const signal = { message: newId(), sender: somebody().addressOn(2), body: toBase64Url(hello) };
    const peer = await all.cloud.peer();

    peer.notify('devices.changed', { deviceList: grown });
    peer.notify('relay.signal', { signals: [signal] });
    peer.notify('devices.left', { device: 2 });
    peer.notify('push.broken', { device: 3 });

    for (const [devices, signals, left, broken] of heard) {
      await expect.poll(() => devices).toMatchObject([{ list: grown, added: [{ id: 3 }] }]);
      await expect.poll(() => signals).toMatchObject([{ message: signal.message, body: hello }]);
      await expect.poll(() => left).toEqual([2]);
      await expect.poll(() => broken).toEqual([3]);
    }
  });

  test('can all send, signal, and ask for devices', async () => {
    await using all = await setUp(2, () => ({ ...accept, 'relay.signal': () => ({}) }));
    const { session } = all.second;

    await expect(session.send({ to: all.ada.account, body: hello })).resolves.toMatchObject({ at: 9 });
    await session.signal({ to: [all.ada.account], body: hello });
    await expect(session.devices()).resolves.toEqual(all.ada.both);

    expect(all.cloud.calls('relay.signal')).toHaveLength(1);
    expect(all.cloud.offers).toHaveLength(1);
    expect(await all.store.list('outbox/')).toEqual([]);
  });

  test('can all accept, block and unblock, and show the contact link', async () => {
    await using all = await setUp(2, () => ({
      'contacts.block': () => ({}),
      'contacts.unblock': () => ({}),
      'relay.sync': (): Result<'relay.sync'> => ({ envelopes: [write(hello)] }),
    }));
    const ben = somebody();
    const write = writer(ben.addressOn(1), all.ada.account);
    const { session } = all.second;
    const messages = told(session, 'message');

    await session.accept(ben.account);
    await session.block(ben.account);
    await session.unblock(ben.account);
    all.first.session.receive(() => undefined);

    await expect.poll(() => messages).toMatchObject([{ isRequest: false }]);
    expect(all.cloud.calls('contacts.block')).toMatchObject([{ params: { account: ben.account } }]);
    expect(all.cloud.calls('contacts.unblock')).toMatchObject([{ params: { account: ben.account } }]);
    expect(all.first.session.readContact(session.contactLink)).toBe(all.ada.account);
  });

  test('can all mark messages as read and ask how far theirs have come, and are told of both', async () => {
    const ben = somebody();
    const write = writer(ben.addressOn(1), ben.account);
    const mail: Envelope[] = [];
    await using all = await setUp(2, () => ({ ...accept, 'relay.sync': () => ({ envelopes: mail.splice(0) }) }));
    const { session } = all.second;
    const [states, read] = [told(session, 'state'), told(session, 'read')];
    const { account } = all.ada;
    const sending = session.send({ to: account, body: hello });

    await sending;
    const at = (state: string) => ({ message: sending.message, account, state });
    await expect.poll(() => states).toEqual([at('sent'), at('accepted')]);
    expect(await session.stateOf(sending.message)).toEqual({ state: 'accepted', accounts: { [account]: 'accepted' } });
    expect(await session.stateOf(newId())).toBeUndefined();

    const { id } = write(hello);
    await session.markRead([id]);
    expect(await all.store.list('receipt/')).toEqual([[`receipt/${account}/${id}`, 'read']]);
    await expect(session.markRead(['x'])).rejects.toMatchObject({ code: 'ids_invalid' });
    const receipt: Header = { v: 1, kind: 'receipt', streams: {}, receipts: { read: [id] } };
    mail.push(envelopeOf(all.ada.addressOn(1), { header: receipt, content: new Uint8Array() }));
    all.first.session.receive(() => undefined);

    await expect.poll(() => read).toEqual([[id]]);
  });

  test('are told alike what was refused', async () => {
    await using all = await setUp(2, () => ({
      'relay.send': ({ messages }) => ({
        results: messages.map(({ message }) => ({
          message,
          error: { code: -32000, message: '', data: { code: 'account_unknown', retryable: false } },
        })),
      }),
    }));
    for (const { session } of [all.first, all.second]) {
      await expect(session.send({ to: all.ada.account, body: hello })).rejects.toMatchObject({
        name: 'ClientError',
        code: 'account_unknown',
        retryable: false,
      });
      await expect(session.send({ to: all.ada.account, body: new Uint8Array() })).rejects.toMatchObject({
        code: 'body_invalid',
      });
      await expect(session.unlink(1)).rejects.toMatchObject({ code: 'companions_refused' });
    }
  });

  test('make their messages by the time of the cloud, whichever of them asked for it', async () => {
    const ahead = 10 * 60 * 1000;
    await using all = await setUp(2, () => accept, { ahead });

    const { message } = await all.second.session.send({ to: all.ada.account, body: hello });

    expect(messageTime(message)).toBe(all.platform.clock.now() + ahead);
  });

  test('get a message once, in the handler of the one that leads, and all are told of it', async () => {
    await using all = await setUp(2, () => ({ 'relay.sync': (): Result<'relay.sync'> => ({ envelopes: [envelope] }) }));
    const envelope = writer(somebody().addressOn(1), all.ada.account)(hello, 5);
    const handled: string[] = [];
    const shown = [all.first, all.second].map(({ session }) => told(session, 'message'));
    all.second.session.receive(() => void handled.push('second'));
    all.first.session.receive(() => void handled.push('first'));

    for (const messages of shown) {
      await expect
        .poll(() => messages)
        .toMatchObject([{ id: envelope.id, body: hello, at: 5, urgent: false, isRequest: true }]);
    }
    expect(handled).toEqual(['first']);
  });

  test('say nothing to each other that opens an account', async () => {
    await using all = await scanning();
    const { session } = all.second;
    const { code, backup } = await session.exportRecovery();
    const offer = await session.scan(all.text);
    await offer.approve({ confirmed: offer.companion });
    await session.unlink(2);

    const words = JSON.stringify(all.browser.said);
    expect(words).toContain('"approve"');
    const stored = JSON.stringify(await all.store.get('account'));
    const secrets = [...stored.matchAll(/"d":"([^"]+)"/g)].map(([, secret]) => secret);
    expect(secrets).toHaveLength(2);
    for (const secret of [...secrets, code, backup]) expect(words).not.toContain(secret);
  });
});

/** A phone in two tabs, and a computer that shows it a code; `isMute`: of its decision it hears nothing. */
const scanning = async ({ isMute = false } = {}) => {
  const { x: deviceKey } = await generateSigningKey();
  const { publicKey: sealingKey } = await generateSealingKeys();
  const companion = { label: 'laptop', address: '192.0.2.7', sameNetwork: true };
  let list: DeviceList | undefined;
  let isDenied = false;
  const all = await setUp(1, (ada) => ({
    'devices.list': () => ({ deviceList: list ?? ada.both }),
    'devices.update': () => ({}),
    'pairing.scan': () => {
      if (list !== undefined) throw new TandemError('pairing_approved');
      if (isDenied) throw new TandemError('pairing_denied');
      return { deviceKey, decideBy: 99, companion };
    },
    'pairing.deny': () => {
      isDenied = true;
      return isMute ? new Promise(() => {}) : {};
    },
    'pairing.approve': ({ deviceList }) => {
      list = deviceList;
      return isMute ? new Promise(() => {}) : { device: deviceList.version };
    },
  }));
  const secret = Buffer.alloc(32, 1).toString('base64url');
  const pairing = 'AAAAAAAAAAAAAAAAAAAAAA';
  const text = formatPairingCode({ endpoint: all.cloud.endpoint, pairing, sealingKey, deviceKey, secret });
  return { ...all, text, pairing, companion, deviceKey, approved: () => list };
};

describe('a primary in several tabs', () => {
  test('scans and approves in any of them', async () => {
    await using all = await scanning();

    const offer = await all.second.session.scan(all.text);
    expect(offer).toMatchObject({ companion: all.companion, decideBy: 99 });
    const wrong = offer.approve({ confirmed: { ...all.companion, label: 'another' } });
    await expect(wrong).rejects.toMatchObject({ code: 'companion_unconfirmed' });
    await offer.approve({ confirmed: offer.companion });

    expect(all.approved()?.devices).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3, key: all.deviceKey }]);
    expect(all.cloud.calls('pairing.scan')).toHaveLength(1);
  });

  test('denies in any of them, and unlinks', async () => {
    await using all = await scanning();
    const offer = await all.second.session.scan(all.text);

    await offer.deny();
    await all.second.session.unlink(2);

    expect(all.cloud.calls('pairing.deny')).toHaveLength(1);
    const { call } = await all.cloud.heard('devices.update');
    expect(call.params).toMatchObject({ deviceList: { version: 3, devices: [{ id: 1 }] } });
  });

  test('tells the tab that has scanned a code when the computer takes it back', async () => {
    await using all = await scanning();
    const offer = await all.second.session.scan(all.text);

    (await all.cloud.peer()).notify('pairing.cancelled', { pairing: all.pairing });

    await offer.withdrawn;
    await expect(offer.approve({ confirmed: offer.companion })).rejects.toMatchObject({ code: 'pairing_cancelled' });
  });

  test('approves by the tab that leads then what another has scanned', async () => {
    await using all = await scanning();
    const offer = await all.second.session.scan(all.text);
    all.first.kill();
    (await all.cloud.peer()).terminate();

    await offer.approve({ confirmed: offer.companion });

    expect(all.approved()?.devices).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3, key: all.deviceKey }]);
  });

  test('takes an approval that came through before its tab was killed for what it is', async () => {
    await using all = await scanning({ isMute: true });
    const offer = await all.second.session.scan(all.text);
    const approved = offer.approve({ confirmed: offer.companion });
    await all.cloud.heard('pairing.approve');

    all.first.kill();
    (await all.cloud.peer()).terminate();

    await approved;
    expect(all.cloud.calls('pairing.approve')).toHaveLength(1);
  });

  test('takes a denial that came through before its tab was killed for what it is', async () => {
    await using all = await scanning({ isMute: true });
    const offer = await all.second.session.scan(all.text);
    const denied = offer.deny();
    await all.cloud.heard('pairing.deny');

    all.first.kill();
    (await all.cloud.peer()).terminate();

    await denied;
    expect(all.cloud.calls('pairing.deny')).toHaveLength(1);
  });
});

describe('when the tab that leads', () => {
  test('is closed, another leads, and what waited for an answer is asked again', async () => {
    await using all = await setUp(2, (ada) => ({ 'devices.list': answersFrom(3, { deviceList: ada.both }) }));
    const devices = all.second.session.devices();
    await all.cloud.heard('devices.list', 2);

    await all.first.session.close();

    await expect(devices).resolves.toEqual(all.ada.both);
    expect(all.cloud.offers).toHaveLength(2);
    expect(all.second.session.online).toBe(true);
    await expect(all.first.session.devices()).rejects.toMatchObject({ code: 'closed' });
  });

  test('is killed, a message that another tab sends goes out under its one id', async () => {
    await using all = await setUp(2, () => ({ 'relay.send': accept['relay.send'] ?? (() => ({ results: [] })) }));
    all.first.kill();
    const sent = all.second.session.send({ to: all.ada.account, body: hello });
    (await all.cloud.peer()).terminate();

    const { message } = await sent;

    const calls = all.cloud.calls('relay.send');
    expect(calls.map(({ params }) => params)).toMatchObject([{ messages: [{ message }] }]);
    expect(await all.store.list('outbox/')).toEqual([]);
  });

  test('is killed over a message, it is repeated under the same id, and accepted once', async () => {
    let isMute = true;
    await using all = await setUp(2, () => ({
      'relay.send': ({ messages }) =>
        isMute ? new Promise(() => {}) : { results: messages.map(({ message }) => ({ message, at: 9 })) },
    }));
    const sent = [1, 2].map((n) => all.second.session.send({ to: all.ada.account, body: Uint8Array.of(n) }));
    const { call } = await all.cloud.heard('relay.send');

    isMute = false;
    all.first.kill();
    (await all.cloud.peer()).terminate();

    const accepted = await Promise.all(sent);
    const ids = all.cloud.calls('relay.send').flatMap(({ params }) => idsOf(params));
    expect(new Set(ids)).toEqual(new Set(accepted.map(({ message }) => message)));
    expect(idsOf(call.params).every((id) => ids.filter((other) => other === id).length === 2)).toBe(true);
  });

  test('is killed over messages of its own, another sends them from the store', async () => {
    let isMute = true;
    await using all = await setUp(2, () => ({
      'relay.send': ({ messages }) =>
        isMute ? new Promise(() => {}) : { results: messages.map(({ message }) => ({ message, at: 9 })) },
    }));
    void failureOf(all.first.session.send({ to: all.ada.account, body: hello }));
    const { call } = await all.cloud.heard('relay.send');

    isMute = false;
    all.first.kill();
    (await all.cloud.peer()).terminate();

    expect((await all.cloud.heard('relay.send', 2)).call.params).toEqual(call.params);
    await expect.poll(() => all.store.list('outbox/')).toEqual([]);
  });

  test('is killed over a handler, the message is handed to another; one it has taken is not', async () => {
    await using all = await setUp(2, () => ({ 'relay.sync': (): Result<'relay.sync'> => ({ envelopes: [one, two] }) }));
    const write = writer(somebody().addressOn(1), all.ada.account);
    const [one, two] = [write('one', 1), write('two', 2)];
    const reached = Promise.withResolvers<void>();
    const handled: [string, number][] = [];
    all.second.session.receive(({ at }: IncomingMessage) => void handled.push(['second', at]));
    all.first.session.receive(({ at }: IncomingMessage) => {
      handled.push(['first', at]);
      if (at !== 2) return undefined;
      reached.resolve();
      return new Promise(() => {});
    });
    await reached.promise;

    all.first.kill();
    (await all.cloud.peer()).terminate();

    await expect
      .poll(() => handled)
      .toEqual([
        ['first', 1],
        ['first', 2],
        ['second', 2],
      ]);
  });

  test('is closed, it first lets its handler finish', async () => {
    await using all = await setUp(2, () => ({ 'relay.sync': (): Result<'relay.sync'> => ({ envelopes: [envelope] }) }));
    const envelope = writer(somebody().addressOn(1), all.ada.account)('hello');
    const [reached, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const order: string[] = [];
    all.second.session.receive(() => void order.push('the second has it, too'));
    all.first.session.receive(async () => {
      reached.resolve();
      await done.promise;
      order.push('the first is done');
    });
    await reached.promise;

    void all.cloud.peer(2).then(() => order.push('the second connects'));

    const closed = all.first.session.close();
    await expect(all.second.session.devices()).resolves.toEqual(all.ada.both);
    done.resolve();
    await closed;
    await all.cloud.heard('relay.sync', 2);
    await all.second.session.devices();

    expect(order).toEqual(['the first is done', 'the second connects']);
  });

  test('is gone, a late word of it leads nobody astray', async () => {
    await using all = await setUp(2);
    await all.first.session.close();
    await all.second.session.devices();

    all.browser.say({ kind: 'leader', leader: 'the-first', online: false, now: 0 });
    all.browser.say({ kind: 'call', leader: 'the-first', tab: 'a-third', call: 1, action: 'leave' });
    const third = await all.openTab();

    await expect(all.second.session.devices()).resolves.toEqual(all.ada.both);
    await expect(third.session.devices()).resolves.toEqual(all.ada.both);
    expect(all.cloud.calls('devices.leave')).toEqual([]);
  });

  test('is frozen by its browser, the others do not wait for ever', async () => {
    await using all = await setUp(2);
    all.browser.lose('call');
    const devices = failureOf(all.second.session.devices());

    await all.platform.clock.advance(2 * limits.call);

    expect(await devices).toMatchObject({ code: 'timeout', retryable: true });
  });

  test('is frozen, a message that another was to send goes out by the next one, though its tab is closed', async () => {
    await using all = await setUp(2, () => accept);
    all.browser.lose('call');
    const sent = failureOf(all.second.session.send({ to: all.ada.account, body: hello }));
    await expect.poll(() => all.store.list('outbox/')).toHaveLength(1);
    await all.second.session.close();
    expect(await sent).toMatchObject({ code: 'closed' });

    all.first.kill();
    (await all.cloud.peer()).terminate();
    await all.openTab();

    await all.cloud.heard('relay.send');
    await expect.poll(() => all.store.list('outbox/')).toEqual([]);
  });

  test('is gone, and the store is damaged, the next one says so and leads no further', async () => {
    await using all = await setUp(2);
    const errors = told(all.second.session, 'error');
    await all.store.put({ 'outbox/01900000-0000-7000-8000-000000000000': 'nonsense' });

    await all.first.session.close();

    await expect.poll(() => errors).toMatchObject([{ code: 'store_damaged' }]);
    await expect(all.second.session.devices()).rejects.toMatchObject({ code: 'closed' });
  });
});

const idsOf = (params: unknown): string[] =>
  [...JSON.stringify(params).matchAll(/"message":"([^"]+)"/g)].map(([, id = '']) => id);

describe('the end', () => {
  test('of one tab is not that of the others', async () => {
    await using all = await setUp(2);
    const ends = (['unlinked', 'replaced'] as const).map((end) => told(all.first.session, end));

    await all.second.session.close();

    await expect(all.first.session.devices()).resolves.toEqual(all.ada.both);
    expect(all.first.session.online).toBe(true);
    expect(ends).toEqual([[], []]);
    await expect(all.second.session.devices()).rejects.toMatchObject({ code: 'closed' });
  });

  test.each([
    ['is closed', 'closed', ({ session }: Tab) => void session.close()],
    ['hears of the end', 'replaced', (_: Tab, { say }: Browser) => say({ kind: 'ended', why: 'replaced' })],
  ])('of a tab that %s just when its turn comes is no end of the turns', async (_, code, end) => {
    await using all = await setUp(2);
    await all.second.session.close();
    const third: Tab = await all.openTab(() => end(third, all.browser));

    await all.first.session.close();

    const { session } = await all.openTab();
    await expect(session.devices()).resolves.toEqual(all.ada.both);
    await expect(third.session.devices()).rejects.toMatchObject({ code });
    expect(all.cloud.offers).toHaveLength(2);
  });

  test('of a device that is unlinked is told in all of them', async () => {
    await using all = await setUp(2);
    const ends = [all.first, all.second].map(({ session }) => told(session, 'unlinked'));

    (await all.cloud.peer()).notify('session.revoked', {});

    for (const end of ends) await expect.poll(() => end).toHaveLength(1);
    for (const { session } of [all.first, all.second]) {
      await expect(session.devices()).rejects.toMatchObject({ code: 'unlinked' });
      expect(session.online).toBe(false);
    }
    expect(all.cloud.offers).toHaveLength(1);
  });

  test('of a device that leaves in one is told in the others, and everything is forgotten', async () => {
    await using all = await setUp(2, () => ({ 'devices.leave': () => ({}) }));
    const [leading, following] = [told(all.first.session, 'unlinked'), told(all.second.session, 'unlinked')];

    await all.second.session.leave();

    await expect.poll(() => leading).toHaveLength(1);
    expect(following).toEqual([]);
    expect(await all.store.list('')).toEqual([]);
    await expect(all.first.session.devices()).rejects.toMatchObject({ code: 'unlinked' });
  });

  test('of a device that leaves in the tab that leads is told in the others', async () => {
    await using all = await setUp(2, () => ({ 'devices.leave': () => ({}) }));
    const [leading, following] = [told(all.first.session, 'unlinked'), told(all.second.session, 'unlinked')];

    await all.first.session.leave();

    await expect.poll(() => following).toHaveLength(1);
    expect(leading).toEqual([]);
    expect(await all.store.list('')).toEqual([]);
  });

  test('comes to its end when the tab that leads is killed over a leaving', async () => {
    let hasLeft = false;
    await using all = await setUp(2, () => ({
      'devices.leave': () => {
        if (hasLeft) throw new TandemError('unlinked');
        hasLeft = true;
        return new Promise(() => {});
      },
    }));
    const left = all.second.session.leave();
    await all.cloud.heard('devices.leave');

    all.first.kill();
    (await all.cloud.peer()).terminate();

    await left;
    expect(await all.store.list('')).toEqual([]);
  });

  test('of a device that has left comes also to a tab whose turn comes before the word', async () => {
    await using all = await setUp(2, () => ({ 'devices.leave': () => ({}) }));
    const end = told(all.second.session, 'unlinked');
    all.browser.lose('ended');

    await all.first.session.leave();

    await expect.poll(() => end).toHaveLength(1);
    expect(all.cloud.offers).toHaveLength(1);
  });

  test('of an account that is deleted in one is told in the others', async () => {
    await using all = await setUp(1, () => ({ 'account.delete': () => ({}) }));
    const leading = told(all.first.session, 'unlinked');
    const wrong = all.second.session.deleteAccount({ confirmed: somebody().account });
    await expect(wrong).rejects.toMatchObject({ code: 'deletion_unconfirmed' });

    await all.second.session.deleteAccount({ confirmed: all.ada.account });

    await expect.poll(() => leading).toHaveLength(1);
    expect(await all.store.list('')).toEqual([]);
  });

  test('a primary that cannot leave stays in all of them', async () => {
    await using all = await setUp(1);

    await expect(all.second.session.leave()).rejects.toMatchObject({ code: 'primary_stays' });

    await expect(all.second.session.devices()).resolves.toEqual(all.ada.both);
  });
});

const replace = async ({ cloud }: { cloud: Awaited<ReturnType<typeof startCloud>> }) =>
  (await cloud.peer()).notify('session.replaced', { by: 'a-token-of-the-other' });

describe('the same device in another browser', () => {
  test('ends it in every tab of the older one, and none of them fights', async () => {
    await using all = await setUp(2);
    const ends = [all.first, all.second].map(({ session }) => told(session, 'replaced'));

    await replace(all);

    for (const end of ends) await expect.poll(() => end).toHaveLength(1);
    await expect(all.second.session.devices()).rejects.toMatchObject({ code: 'replaced' });
    expect(all.cloud.offers).toHaveLength(1);
  });

  test('ends it also in a tab whose turn comes before the word', async () => {
    await using all = await setUp(2);
    const end = told(all.second.session, 'replaced');
    all.browser.lose('ended');

    await replace(all);

    await expect.poll(() => end).toHaveLength(1);
    expect(all.cloud.offers).toHaveLength(1);
  });

  test('does not keep its person from going on in the older one', async () => {
    await using all = await setUp(2);
    const ended = Promise.withResolvers<void>();
    all.first.session.on('replaced', () => ended.resolve());
    await replace(all);
    await ended.promise;

    const { session } = await all.openTab();

    await expect(session.devices()).resolves.toEqual(all.ada.both);
    expect(all.cloud.offers).toHaveLength(2);
  });
});

test('where there are no locks, a session has its device to itself', async () => {
  const platform = manualPlatform();
  const ada = somebody(platform.clock.now());
  await using cloud = await startCloud({ now: platform.clock.now });
  const store = await ada.storeOf(2, cloud.endpoint);

  const [one, other] = await Promise.all([resume({ store, platform }), resume({ store, platform })]);

  await cloud.peer(2);
  expect(new Set(cloud.offers).size).toBe(2);
  await one?.close();
  await other?.close();
});
