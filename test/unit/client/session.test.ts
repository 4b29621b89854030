import { describe, expect, test } from 'vitest';
import {
  accountIdOf,
  DeviceList,
  formatPairingCode,
  isSignedBy,
  type Params,
  registerStatement,
  type Result,
  succeeds,
  TandemError,
  toBase64Url,
  traceIdOf,
  Traceparent,
  verify,
} from '#protocol';
import { readAccount } from '../../../client/account.ts';
import { generateSigningKey } from '../../../client/keys.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { messageIds } from '../../../client/message-ids.ts';
import { generateSealingKeys, openProvisioning } from '../../../client/pairing/provisioning.ts';
import { register } from '../../../client/register.ts';
import type { IncomingMessage } from '../../../client/relay/arrival.ts';
import { resume } from '../../../client/resume.ts';
import type { Store } from '../../../client/store.ts';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { type Rules, startCloud } from './cloud.ts';
import { writer } from './letters.ts';
import { openSession as setUp, told } from './one-session.ts';
import { type Person, somebody } from './people.ts';

const newId = messageIds(Date.now);

/** A phone that registers, and what the cloud hears of it. */
const registering = async (store: Store, rule?: Rules['account.register'], admission?: string) => {
  const seen: Params<'account.register'>[] = [];
  const cloud = await startCloud({
    rules: {
      'account.register': (params, from) => {
        seen.push(params);
        return rule?.(params, from) ?? { account: accountIdOf(params.deviceList.identityKey), device: 1 };
      },
    },
  });
  return { cloud, seen, registered: register({ endpoint: cloud.endpoint, store, ...(admission && { admission }) }) };
};

const refuseUsed = () => {
  throw new TandemError('admission_refused', { reason: 'used' });
};

describe('registering', () => {
  test('a phone makes an account of its own keys, signs for it, and connects as its primary', async () => {
    const store = memoryStore();
    const { cloud, seen, registered } = await registering(store);
    await using _ = cloud;
    await using session = await registered;

    const [params] = seen;
    if (params === undefined) throw new Error('nothing was registered');
    const { deviceList, at, signature } = params;
    expect(deviceList).toMatchObject({ version: 1, previous: null, primary: 1, devices: [{ id: 1 }] });
    expect(await isSignedBy(session.account, deviceList)).toBe(true);
    const statement = registerStatement(new URL(cloud.endpoint).host, at, deviceList);
    expect(await verify(deviceList.identityKey, signature, statement)).toBe(true);
    expect(session).toMatchObject({ device: 1, isPrimary: true, address: `${session.account}.1` });
    expect((await cloud.peer(2)).token).toBeDefined();
  });

  test('a registration that a crash cut off goes on with the same keys', async () => {
    const store = memoryStore();
    const first = await registering(store, () => {
      throw new TandemError('account_unknown');
    });
    await using _ = first.cloud;
    await expect(first.registered).rejects.toMatchObject({ code: 'account_unknown' });
    expect(await resume({ store })).toBeUndefined();

    const second = await registering(store);
    await using __ = second.cloud;
    await using session = await second.registered;

    expect(second.seen[0]?.deviceList).toEqual(first.seen[0]?.deviceList);
    expect((await readAccount(store))?.account).toBe(session.account);
  });

  test('a ticket of admission goes along, and what the cloud says of it comes back', async () => {
    const store = memoryStore();
    const refused = await registering(store, refuseUsed, 'a.b.c');
    await using _ = refused.cloud;
    await expect(refused.registered).rejects.toMatchObject({
      code: 'admission_refused',
      details: { reason: 'used' },
    });

    const admitted = await registering(store, undefined, 'd.e.f');
    await using __ = admitted.cloud;
    await using session = await admitted.registered;

    expect([refused.seen[0]?.admission, admitted.seen[0]?.admission]).toEqual(['a.b.c', 'd.e.f']);
    expect(session.isPrimary).toBe(true);
  });

  test('a store that holds a device is not registered over', async () => {
    const { cloud, registered } = await registering(await somebody().storeOf(1, 'ws://127.0.0.1:1/'));
    await using _ = cloud;

    await expect(registered).rejects.toMatchObject({ code: 'already_linked' });
  });

  test('a session is resumed from its store, and from an empty one there is none', async () => {
    expect(await resume({ store: memoryStore() })).toBeUndefined();

    await using all = await setUp(2);
    expect(all.session).toMatchObject({ account: all.ada.account, device: 2, isPrimary: false });
  });
});

describe('messages', () => {
  const hello = new TextEncoder().encode('hello');

  test('a message that is sent is accepted by the relay’s time', async () => {
    await using all = await setUp(2, () => ({
      'relay.send': ({ messages }) => ({ results: messages.map(({ message }) => ({ message, at: 9 })) }),
    }));

    await expect(all.session.send({ to: all.ada.account, body: hello })).resolves.toMatchObject({ at: 9 });
  });

  test('each call of messages begins a trace of its own', async () => {
    await using all = await setUp(2, () => ({
      'relay.send': ({ messages }) => ({ results: messages.map(({ message }) => ({ message, at: 9 })) }),
    }));
    for (let sent = 0; sent < 2; sent += 1) await all.session.send({ to: all.ada.account, body: hello });
    const traces = all.cloud
      .calls('relay.send')
      .map(({ traceparent = '' }) => traceIdOf(Traceparent.parse(traceparent)));
    expect(new Set(traces).size).toBe(2);
  });

  test('what is delivered and what waited in the mailbox reach the application once, and are acknowledged', async () => {
    const ben = somebody();
    await using all = await setUp(2, () => ({ 'relay.sync': (): Result<'relay.sync'> => ({ envelopes: [one, two] }) }));
    const { ada, cloud, session, platform } = all;
    const write = writer(ben.addressOn(1), ada.account);
    const [one, two] = [write('one', 1), write('two', 2)];
    const got: IncomingMessage[] = [];
    session.receive((message) => void got.push(message));

    (await cloud.peer()).notify('relay.deliver', { envelopes: [two] });
    await expect.poll(() => got.map(({ at }) => at)).toEqual([1, 2]);
    await expect
      .poll(async () => {
        await platform.clock.advance(250);
        return cloud.calls('relay.ack').flatMap(({ params }) => params?.['envelopes']);
      })
      .toEqual(expect.arrayContaining([one.id, two.id]));
    expect(got).toHaveLength(2);
  });

  test('until somebody receives, nothing is fetched', async () => {
    await using all = await setUp(2);
    await all.cloud.heard('devices.list');
    expect(all.cloud.calls('relay.sync')).toEqual([]);

    all.session.receive(() => undefined);

    await all.cloud.heard('relay.sync');
  });

  test('a message handler that fails is reported', async () => {
    await using all = await setUp(2, ({ account }) => ({
      'relay.sync': (): Result<'relay.sync'> => ({ envelopes: [writer(somebody().addressOn(1), account)('hello')] }),
    }));
    const errors = told(all.session, 'error');
    all.session.receive(() => {
      throw new Error('the disk is full');
    });

    await expect.poll(() => errors).toMatchObject([{ message: 'the disk is full' }]);
  });

  test('a signal goes to devices alone, and those that come are told', async () => {
    await using all = await setUp(2, () => ({ 'relay.signal': () => ({}) }));
    const signals = told(all.session, 'signal');
    const ben = somebody();
    const message = newId();

    await all.session.signal({ to: all.ada.account, body: hello });
    const { call, from } = await all.cloud.heard('relay.signal');
    const to = [{ account: all.ada.account, devices: [{ device: 1, body: 0 }] }];
    expect(call.params).toMatchObject({ signals: [{ to }] });

    const sent = { message, sender: ben.addressOn(2), body: toBase64Url(hello) };
    const next = { ...sent, message: newId() };
    from.notify('relay.signal', { signals: [sent, next] });
    const heard = { message, sender: { account: ben.account, device: 2 }, body: hello };
    await expect.poll(() => signals).toEqual([heard, { ...heard, message: next.message }]);
  });

  test('mail that the cloud says is waiting is fetched at once', async () => {
    await using all = await setUp(2);
    all.session.receive(() => undefined);
    const { from } = await all.cloud.heard('relay.sync');
    await all.session.devices();
    expect(all.cloud.calls('relay.sync')).toHaveLength(1);

    from.notify('relay.waiting', {});

    await all.cloud.heard('relay.sync', 2);
  });

  test('signals of one tick share a call; one that cannot go is its own failure', async () => {
    await using all = await setUp(2, ({ account, both }) => ({
      'relay.signal': () => ({}),
      'devices.list': (params) => {
        if (params.account !== account) throw new TandemError('account_unknown');
        return { deviceList: both };
      },
    }));
    const { account } = all.ada;
    const to = [account, somebody().account, account];

    const sent = await Promise.allSettled(to.map((one) => all.session.signal({ to: one, body: hello })));

    expect(sent.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(all.cloud.calls('relay.signal')).toMatchObject([{ params: { signals: [{}, {}] } }]);
  });

  test('signals that were made for devices of before go again, to those of now', async () => {
    const third = newKeyPair().publicKey;
    await using all = await setUp(2, (ada) => ({
      'relay.signal': ({ signals }) => {
        const grown = ada.adding(ada.both, third);
        if (signals[0]?.to[0]?.version !== 3) throw new TandemError('devices_changed', { deviceLists: [grown] });
        return {};
      },
    }));

    await Promise.all([1, 2].map(() => all.session.signal({ to: all.ada.account, body: hello })));

    const calls = all.cloud.calls('relay.signal');
    expect(calls.map(({ params }) => JSON.stringify(params).match(/"version":3/g)?.length)).toEqual([undefined, 2]);
  });

  test('a signal that is refused for good takes no other with it', async () => {
    await using all = await setUp(2, () => ({
      'relay.signal': ({ signals }) => {
        if (signals.some(({ bodies }) => bodies[0] === 'AA')) throw new TandemError('account_gone');
        return {};
      },
    }));
    const { account: to } = all.ada;

    const sent = [hello, Uint8Array.of(0), hello].map((body) => all.session.signal({ to, body }));

    expect((await Promise.allSettled(sent)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  test('a session that is closed sends no more, and acknowledges what was taken over', async () => {
    await using all = await setUp(2, () => ({ 'relay.sync': (): Result<'relay.sync'> => ({ envelopes: [envelope] }) }));
    const envelope = writer(somebody().addressOn(1), all.ada.account)('hello');
    const got: unknown[] = [];
    all.session.receive((message) => void got.push(message));
    await expect.poll(() => got).toHaveLength(1);

    await all.session.close();

    const { call } = await all.cloud.heard('relay.ack');
    expect(call.params).toEqual({ envelopes: [envelope.id], at: envelope.at });
    await expect(all.session.send({ to: all.ada.account, body: hello })).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('contacts', () => {
  test('an account is blocked and unblocked by the cloud', async () => {
    await using all = await setUp(2, () => ({ 'contacts.block': () => ({}), 'contacts.unblock': () => ({}) }));
    const { account } = somebody();

    await all.session.block(account);
    await all.session.unblock(account);

    for (const method of ['contacts.block', 'contacts.unblock'] as const) {
      expect(all.cloud.calls(method)).toMatchObject([{ params: { account } }]);
    }
  });

  test('the contact link of one session is read by another of the same cloud', async () => {
    await using all = await setUp(2);

    expect(all.session.readContact(all.session.contactLink)).toBe(all.ada.account);
  });
});

describe('devices', () => {
  test('a change of the own devices is checked and told', async () => {
    await using all = await setUp(1);
    const devices = told(all.session, 'devices');
    const conflicts = told(all.session, 'list_conflict');
    const errors = told(all.session, 'error');
    const { from } = await all.cloud.heard('devices.list');
    const grown = all.ada.adding(all.ada.both, newKeyPair().publicKey);

    from.notify('devices.changed', { deviceList: { ...grown, issuedAt: 1 } });
    await expect.poll(() => errors).toMatchObject([{ code: 'signature_invalid' }]);
    from.notify('devices.changed', { deviceList: grown });
    const [added] = grown.devices.slice(-1);
    await expect.poll(() => devices).toEqual([{ list: grown, added: [added], removed: [], recovered: false }]);
    from.notify('devices.changed', { deviceList: all.ada.adding(all.ada.both, newKeyPair().publicKey) });
    await expect.poll(() => conflicts).toEqual([all.ada.account]);
  });

  test('a change while the device was away is told when it comes back', async () => {
    const third = newKeyPair().publicKey;
    await using all = await setUp(2, (ada) => ({
      'devices.list': () => ({ deviceList: ada.adding(ada.both, third) }),
    }));
    const devices = told(all.session, 'devices');

    const list = all.ada.adding(all.ada.both, third);
    await expect.poll(() => devices).toMatchObject([{ list, added: [{ id: 3, key: third }] }]);
  });

  test('the primary unlinks a device by a list without it', async () => {
    await using all = await setUp(1, () => ({ 'devices.update': () => ({}) }));

    await all.session.unlink(2);

    const { call } = await all.cloud.heard('devices.update');
    const deviceList = DeviceList.parse(call.params?.['deviceList']);
    expect(succeeds(all.ada.both, deviceList)).toEqual({ kind: 'removed', devices: [2] });
    expect(await isSignedBy(all.ada.account, deviceList)).toBe(true);
  });

  test('a device that is off the list already needs no unlinking, and the primary cannot be unlinked', async () => {
    await using all = await setUp(1);

    await all.session.unlink(7);
    await expect(all.session.unlink(1)).rejects.toMatchObject({ code: 'primary_stays' });

    expect(all.cloud.calls('devices.update')).toEqual([]);
  });

  test('two changes at once are made one after the other: the primary never signs a fork', async () => {
    const third = newKeyPair().publicKey;
    const grown = (ada: Person) => ada.adding(ada.both, third);
    await using all = await setUp(1, (ada) => ({
      'devices.list': () => ({ deviceList: grown(ada) }),
      'devices.update': () => ({}),
    }));
    await all.session.devices();

    await Promise.all([all.session.unlink(2), all.session.unlink(3)]);

    const [one, two] = all.cloud.calls('devices.update').map(({ params }) => DeviceList.parse(params?.['deviceList']));
    if (one === undefined || two === undefined) throw new Error('two updates');
    expect(succeeds(grown(all.ada), one)).toEqual({ kind: 'removed', devices: [2] });
    expect(succeeds(one, two)).toEqual({ kind: 'removed', devices: [3] });
  });

  test('a companion can neither unlink nor scan, and the primary cannot leave', async () => {
    await using computer = await setUp(2);
    await using phone = await setUp(1);

    await expect(computer.session.unlink(1)).rejects.toMatchObject({ code: 'companions_refused' });
    await expect(computer.session.scan('tandem:pair?')).rejects.toMatchObject({ code: 'companions_refused' });
    await expect(phone.session.leave()).rejects.toMatchObject({ code: 'primary_stays' });
  });

  test('a companion that leaves forgets everything', async () => {
    await using all = await setUp(2, () => ({ 'devices.leave': () => ({}) }));

    await all.session.leave();

    expect(await all.store.list('')).toEqual([]);
    expect(await resume({ store: all.store })).toBeUndefined();
  });

  test('the primary is told of a companion that has left, and a device of its own end', async () => {
    await using all = await setUp(1);
    const [left, unlinked] = [told(all.session, 'left'), told(all.session, 'unlinked')];
    const peer = await all.cloud.peer();

    peer.notify('devices.left', { device: 2 });
    peer.notify('session.revoked', {});

    await expect.poll(() => unlinked).toHaveLength(1);
    expect(left).toEqual([2]);
  });
});

describe('scanning', () => {
  const companion = { label: 'laptop', address: '192.0.2.7', sameNetwork: true };

  const scanning = async ({
    sameNetwork = true,
    swapped = false,
    approve,
  }: {
    sameNetwork?: boolean;
    swapped?: boolean;
    approve?: Rules['pairing.approve'];
  } = {}) => {
    const deviceKey = (await generateSigningKey()).x;
    const sealing = await generateSealingKeys();
    const shown = { ...companion, sameNetwork };
    const all = await setUp(1, () => ({
      'pairing.scan': () => ({
        deviceKey: swapped ? newKeyPair().publicKey : deviceKey,
        decideBy: 99,
        companion: shown,
      }),
      'pairing.deny': () => ({}),
      'pairing.approve': approve ?? (({ deviceList }) => ({ device: deviceList.version })),
    }));
    const code = {
      endpoint: all.cloud.endpoint,
      pairing: 'AAAAAAAAAAAAAAAAAAAAAA',
      sealingKey: sealing.publicKey,
      deviceKey,
      secret: Buffer.alloc(32, 1).toString('base64url'),
    };
    return { ...all, code, sealing, shown, text: formatPairingCode(code) };
  };

  test('the phone shows who asks, and approving links that device and no other', async () => {
    await using all = await scanning();
    const offer = await all.session.scan(all.text);
    expect(offer).toMatchObject({ companion: all.shown, decideBy: 99 });

    await offer.approve({ confirmed: all.shown });

    const { call } = await all.cloud.heard('pairing.approve');
    const deviceList = DeviceList.parse(call.params?.['deviceList']);
    const succession = succeeds(all.ada.both, deviceList);
    expect(succession).toMatchObject({ kind: 'added', device: { id: 3, key: all.code.deviceKey } });
    const { privateKey } = all.sealing;
    const opened = await openProvisioning(String(call.params?.['sealed']), { code: all.code, privateKey });
    expect(opened).toEqual({ identityKey: all.ada.identity.publicKey, device: 3 });
  });

  test('approving wants the confirmation of what was shown, and of another network', async () => {
    await using all = await scanning({ sameNetwork: false });
    const offer = await all.session.scan(all.text);

    const wrong = offer.approve({ confirmed: { ...all.shown, address: '192.0.2.8' } });
    await expect(wrong).rejects.toMatchObject({ code: 'companion_unconfirmed' });
    await expect(offer.approve({ confirmed: all.shown })).rejects.toMatchObject({ code: 'remote_unconfirmed' });
    expect(all.cloud.calls('pairing.approve')).toEqual([]);

    await offer.approve({ confirmed: all.shown, confirmRemote: true });
    expect(all.cloud.calls('pairing.approve')).toHaveLength(1);
  });

  test('a cloud that names another device key than the code is refused, and the companion need not wait', async () => {
    await using all = await scanning({ swapped: true });

    await expect(all.session.scan(all.text)).rejects.toMatchObject({ code: 'code_mismatch' });
    expect(all.cloud.calls('pairing.deny')).toHaveLength(1);
  });

  test('a code of another cloud, or none at all, is refused before anybody is asked', async () => {
    await using all = await scanning();
    const elsewhere = formatPairingCode({ ...all.code, endpoint: 'wss://elsewhere.example' });

    await expect(all.session.scan(elsewhere)).rejects.toMatchObject({ code: 'code_elsewhere' });
    await expect(all.session.scan('https://example.com')).rejects.toMatchObject({
      code: 'code_unreadable',
      message: /not a Tandem pairing code/,
    });
    expect(all.cloud.calls('pairing.scan')).toEqual([]);
  });

  test('when another device was linked meanwhile, the approval is made on top of that list', async () => {
    const other = newKeyPair().publicKey;
    const grown = (ada: Person) => ada.adding(ada.both, other);
    await using all = await scanning({
      approve: ({ deviceList }) => {
        if (deviceList.version === 3) throw new TandemError('list_conflict', { deviceList: grown(all.ada) });
        return { device: deviceList.version };
      },
    });
    const offer = await all.session.scan(all.text);

    await offer.approve({ confirmed: all.shown });

    const { call } = await all.cloud.heard('pairing.approve', 2);
    expect(succeeds(grown(all.ada), DeviceList.parse(call.params?.['deviceList']))).toMatchObject({
      device: { id: 4 },
    });
  });

  test('a computer that takes its code back while the person decides is told of, and cannot be linked', async () => {
    await using all = await scanning();
    const offer = await all.session.scan(all.text);
    const peer = await all.cloud.peer();

    peer.notify('pairing.cancelled', { pairing: 'AAAAAAAAAAAAAAAAAAAAAQ' });
    await all.session.devices();
    expect(await Promise.race([offer.withdrawn, Promise.resolve('not yet')])).toBe('not yet');
    peer.notify('pairing.cancelled', { pairing: all.code.pairing });
    await offer.withdrawn;

    const late = offer.approve({ confirmed: all.shown });
    await expect(late).rejects.toMatchObject({ code: 'pairing_cancelled' });
    expect(all.cloud.calls('pairing.approve')).toEqual([]);
  });

  test('a computer can be denied', async () => {
    await using all = await scanning();
    const offer = await all.session.scan(all.text);

    await offer.deny();

    const { call } = await all.cloud.heard('pairing.deny');
    expect(call.params).toEqual({ pairing: all.code.pairing });
  });
});
