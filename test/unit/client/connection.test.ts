import { decodeJwt, importJWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { isTimely, limits, TandemError, TokenClaims, tokenHeader } from '#protocol';
import { Connection } from '../../../client/connection/connection.ts';
import { ServerClock } from '../../../client/connection/server-clock.ts';
import type { Platform } from '../../../client/platform.ts';
import { type Rules, startCloud } from './cloud.ts';
import { failureOf } from './failure-of.ts';
import { manualPlatform } from './manual-platform.ts';
import { somebody } from './people.ts';

type Setup = { endpoint: string; platform?: Platform; as?: 'guest' | 'device' };

/** A connection to a cloud, as a guest unless said otherwise; it ends with the test. */
const connect = ({ endpoint, platform = manualPlatform(), as = 'guest' }: Setup) => {
  const person = somebody();
  const serverClock = new ServerClock(platform.clock);
  const credentials = { address: person.addressOn(1), key: person.accountOn(1, endpoint).deviceKey };
  const connection = new Connection({ endpoint, platform, serverClock, ...(as === 'device' && { credentials }) });
  const ended = new Promise((resolve) => connection.on('ended', resolve));
  connection.open();
  return { connection, person, serverClock, ended, [Symbol.dispose]: () => connection.close() };
};

/** Answers from the nth call on; the ones before wait for ever. */
const answersFrom = <T>(count: number, result: T) => {
  let calls = 0;
  return (): T | Promise<T> => {
    calls += 1;
    return calls >= count ? result : never();
  };
};

const never = () => new Promise<never>(() => undefined);

describe('calls', () => {
  test('a call is answered by its own answer', async () => {
    await using cloud = await startCloud({ now: () => 1234 });
    using client = connect(cloud);

    const [first, second] = await Promise.all([
      client.connection.call('session.time', {}),
      client.connection.call('session.time', {}),
    ]);

    expect([first.now, second.now]).toEqual([1234, 1234]);
    expect(cloud.calls('session.time').map(({ id }) => id)).toEqual([1, 2]);
  });

  test('a call outstanding when the socket dies is made again on the next one', async () => {
    await using cloud = await startCloud({
      rules: {
        'session.time': (_, from) => {
          if (cloud.calls('session.time').length === 1) from.terminate();
          return { now: 7, protocol: 'tandem.v1', minimumClient: '0.0.0' };
        },
      },
    });
    using client = connect(cloud);

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now: 7 });

    const [first, second] = cloud.calls('session.time');
    expect(second).toEqual(first);
  });

  test('a frame over 32 KB is refused before sending', async () => {
    await using cloud = await startCloud();
    using client = connect(cloud);
    await cloud.peer();

    const sealed = 'A'.repeat(limits.frame);
    const { both: deviceList } = client.person;
    const call = client.connection.call('pairing.approve', { pairing: 'A'.repeat(22), deviceList, sealed });

    await expect(call).rejects.toMatchObject({ code: 'frame_too_large', retryable: false });
    await client.connection.call('session.time', {});
    expect(cloud.calls('pairing.approve')).toEqual([]);
  });

  test('a call without an answer fails after 29 seconds, and the silent socket is given up', async () => {
    const platform = manualPlatform();
    await using cloud = await startCloud({ rules: { 'session.time': never } });
    using client = connect({ ...cloud, platform });

    const call = client.connection.call('session.time', {});
    const failure = failureOf(call);
    await cloud.heard('session.time');
    await platform.clock.advance(limits.call - 1);
    expect(client.connection.online).toBe(true);
    await platform.clock.advance(1);

    expect(await failure).toMatchObject({ code: 'timeout', retryable: true });
    await cloud.peer(2);
  });

  test('a failure of the gateway, which names no call, makes all that wait be called again', async () => {
    await using cloud = await startCloud({
      rules: {
        'session.time': (_, from) => {
          if (cloud.calls('session.time').length > 1) return { now: 7, protocol: 'tandem.v1', minimumClient: '0.0.0' };
          from.say({ message: 'Internal server error', connectionId: 'c=', requestId: 'r=' });
          return never();
        },
      },
    });
    using client = connect(cloud);

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now: 7 });
    expect(cloud.offers).toHaveLength(1);
  });

  test('a refusal that may pass is met by calling again', async () => {
    await using cloud = await startCloud({
      rules: {
        'session.time': () => {
          if (cloud.calls('session.time').length === 1) throw new TandemError('unavailable');
          return { now: 7, protocol: 'tandem.v1', minimumClient: '0.0.0' };
        },
      },
    });
    using client = connect(cloud);

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now: 7 });
  });

  test('a refusal that lasts until the time is up reaches the caller under its own name', async () => {
    const platform = manualPlatform(() => 0.999);
    await using cloud = await startCloud({
      rules: {
        'session.time': () => {
          throw new TandemError('unavailable');
        },
        'devices.leave': () => ({}),
      },
    });
    using client = connect({ ...cloud, platform });

    const failure = failureOf(client.connection.call('session.time', {}));
    await client.connection.call('devices.leave', {});
    await platform.clock.advance(limits.call);

    expect(await failure).toMatchObject({ code: 'unavailable' });
  });

  test('a call that is one too many is not made again before its time, whatever becomes of the socket', async () => {
    const platform = manualPlatform();
    const { clock } = platform;
    const rest = 20_000;
    const times: number[] = [];
    await using cloud = await startCloud({
      rules: {
        'devices.leave': () => {
          times.push(clock.now());
          if (times.length === 1) throw new TandemError('rate_limited', undefined, rest);
          return {};
        },
      },
    });
    using client = connect({ ...cloud, platform });
    const begun = clock.now();
    const call = client.connection.call('devices.leave', {});
    await expect.poll(() => clock.due()).toContain(begun + rest);

    (await cloud.peer(1)).terminate();
    await cloud.peer(2);
    await client.connection.time();
    await clock.advance(rest - 1);
    await client.connection.time();
    expect(times).toEqual([begun]);
    await clock.advance(1);

    await expect(call).resolves.toEqual({});
    expect(times).toEqual([begun, begun + rest]);
  });

  test('who is to wait for longer than a call may take, is told for how long', async () => {
    await using cloud = await startCloud({
      rules: {
        'devices.leave': () => {
          throw new TandemError('rate_limited', undefined, 3_600_000);
        },
      },
    });
    using client = connect(cloud);

    const call = client.connection.call('devices.leave', {});
    await expect(call).rejects.toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: 3_600_000 });
  });

  test('a refusal for good reaches the caller by name and with details', async () => {
    await using cloud = await startCloud({
      rules: {
        'devices.leave': () => {
          throw new TandemError('list_refused', { reason: 'the primary stays' });
        },
      },
    });
    using client = connect(cloud);

    await expect(client.connection.call('devices.leave', {})).rejects.toMatchObject({
      code: 'list_refused',
      retryable: false,
      details: { reason: 'the primary stays' },
    });
  });

  test('an error of a later version is no riddle', async () => {
    const data = { code: 'moon_full', retryable: false };
    await using cloud = await startCloud({
      rules: {
        'devices.leave': (_, from) => {
          from.say({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'The moon is full.', data } });
          return never();
        },
      },
    });
    using client = connect(cloud);

    const call = client.connection.call('devices.leave', {});
    await expect(call).rejects.toMatchObject({ code: 'unrecognized', message: /moon_full: The moon is full\./ });
  });

  test('an answer that does not fit its method is not handed on', async () => {
    await using cloud = await startCloud({
      rules: { 'session.time': () => ({ now: -1, protocol: 'tandem.v1', minimumClient: '0.0.0' }) },
    });
    using client = connect(cloud);

    await expect(client.connection.call('session.time', {})).rejects.toMatchObject({ code: 'answer_invalid' });
  });

  test('what nobody answers goes without an id', async () => {
    await using cloud = await startCloud();
    using client = connect({ ...cloud, as: 'device' });
    await new Promise((resolve) => client.connection.on('online', resolve));
    const id = `01890000-0000-7000-8000-000000000000.${client.person.addressOn(2)}`;

    client.connection.notify('relay.ack', { envelopes: [id] });

    const { call } = await cloud.heard('relay.ack');
    expect(call).toEqual({ jsonrpc: '2.0', method: 'relay.ack', params: { envelopes: [id] } });
  });

  test('a guest who has stayed too long comes back as a new one and is answered', async () => {
    const opened = { pairing: 'A'.repeat(22), expiresAt: 1 };
    await using cloud = await startCloud({
      rules: {
        'pairing.open': () => {
          if (cloud.offers.length === 1) throw new TandemError('guest_expired');
          return opened;
        },
      },
    });
    using client = connect(cloud);

    const { publicKey } = client.person.computer;
    await expect(client.connection.call('pairing.open', { deviceKey: publicKey })).resolves.toEqual(opened);
    expect(cloud.offers).toEqual([undefined, undefined]);
  });

  test('a call on a closed connection fails at once', async () => {
    await using cloud = await startCloud();
    using client = connect(cloud);
    const waiting = client.connection.call('devices.leave', {});
    client.connection.close();

    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await expect(client.connection.call('session.time', {})).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('tokens', () => {
  test('a device shows a token that the contract accepts, signed by its key', async () => {
    const platform = manualPlatform();
    await using cloud = await startCloud();
    using client = connect({ ...cloud, platform, as: 'device' });

    const { token = '' } = await cloud.peer();

    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: client.person.phone.publicKey }, 'EdDSA');
    const { protectedHeader } = await jwtVerify(token, key);
    expect(protectedHeader).toEqual(tokenHeader);
    const claims = TokenClaims.parse(decodeJwt(token));
    expect(claims.iss).toBe(client.person.addressOn(1));
    expect(isTimely(claims, { host: new URL(cloud.endpoint).host, now: platform.clock.now() })).toBe(true);
  });

  test('every token is later than the one before, also within one millisecond', async () => {
    await using cloud = await startCloud();
    using _ = connect({ ...cloud, as: 'device' });
    (await cloud.peer(1)).terminate();
    (await cloud.peer(2)).terminate();
    await cloud.peer(3);

    const times = cloud.offers.map((token) => TokenClaims.parse(decodeJwt(token ?? '')).iat);
    expect(times).toEqual([times[0], (times[0] ?? 0) + 1, (times[0] ?? 0) + 2]);
  });

  test('a device whose clock is wrong learns the time as a guest, and then gets in', async () => {
    const platform = manualPlatform();
    const now = platform.clock.now() + 3_600_000;
    const isGood = (token: string) => TokenClaims.parse(decodeJwt(token)).iat >= now - limits.tokenAge;
    await using cloud = await startCloud({ now: () => now, admit: (token) => token === undefined || isGood(token) });
    using client = connect({ ...cloud, platform, as: 'device' });

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now });

    expect(cloud.offers.map((token) => typeof token)).toEqual(['string', 'undefined', 'string']);
    expect(client.serverClock.now()).toBe(now);
  });

  test('a clock that was ahead by minutes and is set right makes tokens that are timely again', async () => {
    const platform = manualPlatform();
    const now = platform.clock.now() - 3_600_000;
    const isGood = (token: string) => isTimely(TokenClaims.parse(decodeJwt(token)), { host: cloudHost, now });
    let cloudHost = '';
    await using cloud = await startCloud({ now: () => now, admit: (token) => token === undefined || isGood(token) });
    cloudHost = new URL(cloud.endpoint).host;
    using client = connect({ ...cloud, platform, as: 'device' });

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now });

    expect(cloud.offers.map((token) => typeof token)).toEqual(['string', 'undefined', 'string']);
  });

  test('a device gets in whose earlier run had a clock that was ahead, as far as the server lets it', async () => {
    const platform = manualPlatform();
    const now = platform.clock.now();
    const last = now + 20_000;
    const isLater = (token: string) => TokenClaims.parse(decodeJwt(token)).iat > last;
    await using cloud = await startCloud({ now: () => now, admit: (token) => token === undefined || isLater(token) });
    using client = connect({ ...cloud, platform, as: 'device' });

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now });

    const times = cloud.offers.flatMap((token) => (token === undefined ? [] : TokenClaims.parse(decodeJwt(token)).iat));
    expect(times).toHaveLength(2);
    expect(times.every((time) => time <= now + limits.tokenLead)).toBe(true);
  });

  test('a device that is refused again and again although its clock is right is unlinked, and knocks no more', async () => {
    const platform = manualPlatform();
    await using cloud = await startCloud({ now: platform.clock.now, admit: (token) => token === undefined });
    using client = connect({ ...cloud, platform, as: 'device' });

    await expect(client.connection.call('session.time', {})).rejects.toMatchObject({ code: 'unlinked' });

    await expect(client.ended).resolves.toBe('unlinked');
    await platform.clock.advance(limits.connectionLife);
    const round = ['string', 'undefined', 'string', 'undefined'];
    expect(cloud.offers.map((token) => typeof token)).toEqual([...round, ...round, ...round]);
  });

  test('a cloud that fails at a device for a moment, and not at guests, does not make it unlinked', async () => {
    const platform = manualPlatform();
    const admit = (token: string | undefined) => token === undefined || cloud.offers.length > 8;
    await using cloud = await startCloud({ now: platform.clock.now, admit });
    using client = connect({ ...cloud, platform, as: 'device' });

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now: platform.clock.now() });
  });

  test('a guest that is refused at the door knocks again with growing patience', async () => {
    const platform = manualPlatform(() => 1);
    const { clock } = platform;
    await using cloud = await startCloud({ admit: () => cloud.offers.length > 3 });
    using client = connect({ ...cloud, platform });
    let next = clock.now();

    for (const patience of [1_000, 2_000, 4_000]) {
      await expect.poll(() => clock.due()).toContain(next + patience);
      next += patience;
      await clock.advance(patience);
    }

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ protocol: 'tandem.v1' });
    expect(cloud.offers).toHaveLength(4);
  });

  test('a network that fails now and then does not make a device unlinked', async () => {
    const platform = manualPlatform();
    // The device is refused, a guest gets through, then nobody does: the network, for all that a client can know.
    const admitted = [false, true, false, false, true];
    await using cloud = await startCloud({ now: platform.clock.now, admit: () => admitted.shift() ?? false });
    using client = connect({ ...cloud, platform, as: 'device' });

    await expect(client.connection.call('session.time', {})).resolves.toMatchObject({ now: platform.clock.now() });
  });
});

describe('ends', () => {
  const newer = { now: 7, protocol: 'tandem.v1', minimumClient: '0.0.1' };

  test('a cloud that wants a newer client ends the connection, and is not knocked at again', async () => {
    const platform = manualPlatform();
    await using cloud = await startCloud({ rules: { 'session.time': () => newer } });
    using client = connect({ ...cloud, platform });
    const other = failureOf(client.connection.call('devices.leave', {}));

    const refused = { code: 'upgrade_required', retryable: false, message: /0\.0\.0, not 0\.0\.1 or later/ };
    await expect(client.connection.time()).rejects.toMatchObject(refused);

    expect(await other).toMatchObject(refused);
    await expect(client.ended).resolves.toBe('upgrade_required');
    await platform.clock.advance(limits.connectionLife);
    expect(cloud.offers).toHaveLength(1);
  });

  test('a device that is refused learns as a guest that it is too old', async () => {
    const platform = manualPlatform();
    await using cloud = await startCloud({
      rules: { 'session.time': () => newer },
      admit: (token) => token === undefined,
    });
    using client = connect({ ...cloud, platform, as: 'device' });

    await expect(client.ended).resolves.toBe('upgrade_required');

    await platform.clock.advance(limits.connectionLife);
    expect(cloud.offers.map((token) => typeof token)).toEqual(['string', 'undefined']);
  });

  test('a heartbeat tells that the client has become too old', async () => {
    const platform = manualPlatform();
    await using cloud = await startCloud({ rules: { 'session.time': () => newer } });
    using client = connect({ ...cloud, platform, as: 'device' });
    await new Promise((resolve) => client.connection.on('online', resolve));

    await platform.clock.advance(7.25 * 60_000);

    await expect(client.ended).resolves.toBe('upgrade_required');
  });

  test('a session that the same device opened elsewhere ends this one', async () => {
    await using cloud = await startCloud();
    using client = connect({ ...cloud, as: 'device' });

    (await cloud.peer()).notify('session.replaced', { by: 'somebody-elses-token' });

    await expect(client.ended).resolves.toBe('replaced');
  });

  test('a socket replaced by a newer one of the same session is no end', async () => {
    await using cloud = await startCloud();
    using client = connect({ ...cloud, as: 'device' });
    const peer = await cloud.peer();
    const { jti } = TokenClaims.parse(decodeJwt(peer.token ?? ''));

    peer.notify('session.replaced', { by: jti });

    await client.connection.time();
    expect(client.connection.online).toBe(true);
  });

  test('a device that is unlinked while it is connected hears of it and stops', async () => {
    await using cloud = await startCloud();
    using client = connect({ ...cloud, as: 'device' });

    (await cloud.peer()).notify('session.revoked', {});

    await expect(client.ended).resolves.toBe('unlinked');
    expect(cloud.offers).toHaveLength(1);
  });

  test('a call that is refused because the device is unlinked ends the connection', async () => {
    await using cloud = await startCloud({
      rules: {
        'relay.sync': () => {
          throw new TandemError('unlinked');
        },
      },
    });
    using client = connect({ ...cloud, as: 'device' });

    await expect(client.connection.call('relay.sync', {})).rejects.toMatchObject({ code: 'unlinked' });
    await expect(client.ended).resolves.toBe('unlinked');
  });
});

describe('the gateway’s two hours', () => {
  const minute = 60_000;

  /** A device whose socket has grown so old that it is time for a new one, but for a millisecond. */
  const grownOld = async (options: { admit?: (token: string | undefined) => boolean; rules?: Rules } = {}) => {
    const platform = manualPlatform(() => 0.5);
    const cloud = await startCloud({ ...options, now: platform.clock.now });
    const client = connect({ ...cloud, platform, as: 'device' });
    const online: boolean[] = [];
    client.connection.on('online', (is) => online.push(is));
    await cloud.peer();
    await expect.poll(() => online).toEqual([true]);
    const end = platform.clock.now() + limits.connectionLife - 5 * minute - 1;
    // Not so long at once that the heart beats, for its answer takes no time of this clock.
    while (platform.clock.now() < end) {
      await platform.clock.advance(Math.min(7 * minute, end - platform.clock.now()));
      await client.connection.time();
    }
    const dispose = async () => {
      client.connection.close();
      await cloud[Symbol.asyncDispose]();
    };
    return { cloud, client, platform, online, [Symbol.asyncDispose]: dispose };
  };

  test('five minutes before they are over a device opens a new socket, and only then closes the old one', async () => {
    await using all = await grownOld();
    const renewed = new Promise((resolve) => all.client.connection.on('renewed', resolve));
    expect(all.cloud.offers).toHaveLength(1);

    await all.platform.clock.advance(1);
    await renewed;

    await all.client.connection.time();
    expect(all.cloud.offers).toHaveLength(2);
    expect((await all.cloud.heard('session.time', all.cloud.calls('session.time').length)).from).toBe(
      await all.cloud.peer(2),
    );
    expect(all.online).toEqual([true]);
  });

  test('a call that was outstanding is made again on the new socket', async () => {
    await using all = await grownOld({
      rules: { 'relay.sync': answersFrom(2, { envelopes: [] }) },
    });
    const call = all.client.connection.call('relay.sync', {});
    await all.cloud.heard('relay.sync');

    await all.platform.clock.advance(1);

    await expect(call).resolves.toEqual({ envelopes: [] });
  });

  test('when the new one is refused the old one stays, and it is tried again', async () => {
    let offers = 0;
    const admit = () => {
      offers += 1;
      return offers !== 2;
    };
    await using all = await grownOld({ admit });
    const renewed = new Promise((resolve) => all.client.connection.on('renewed', resolve));

    await all.platform.clock.advance(1);
    await expect.poll(() => offers).toBe(2);
    await all.client.connection.time();
    expect(all.online).toEqual([true]);
    await expect.poll(() => all.platform.clock.due().length).toBeGreaterThan(0);
    await all.platform.clock.advance(1_000);
    await renewed;

    expect(all.online).toEqual([true]);
  });
});

describe('heartbeat', () => {
  const minute = 60_000;

  test('a heart beats when nothing has passed for eight minutes, give or take 45 seconds', async () => {
    for (const [random, silence] of [
      [0, 7.25 * minute],
      [0.5, 8 * minute],
      [1, 8.75 * minute],
    ] as const) {
      const platform = manualPlatform(() => random);
      await using cloud = await startCloud();
      using client = connect({ ...cloud, platform });
      await client.connection.time();

      await platform.clock.advance(silence - 1);
      expect(cloud.calls('session.time')).toHaveLength(1);
      await platform.clock.advance(1);
      await cloud.heard('session.time', 2);
    }
  });

  test('a frame in either direction puts it off', async () => {
    const platform = manualPlatform();
    await using cloud = await startCloud();
    using client = connect({ ...cloud, platform });
    await client.connection.time();
    await platform.clock.advance(7 * minute);

    await client.connection.time();
    await platform.clock.advance(7 * minute);

    expect(cloud.calls('session.time')).toHaveLength(2);
  });
});
