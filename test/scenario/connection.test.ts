import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits, subprotocol, tokenHeader } from '#protocol';
import { newKeyPair } from '../fixtures/accounts.ts';
import {
  claimsFor,
  connectDevice,
  connectGuest,
  type Identity,
  openSocket,
  succeed,
  tokenOf,
} from '../fixtures/wire.ts';
import { linkCompanion, newMessageId, registerAccount, startTestCloud, type TestAccount } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let account: TestAccount;
let phone: Identity;
beforeAll(async () => {
  cloud = await startTestCloud();
  account = await registerAccount(cloud.endpoint);
  ({ phone } = account);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const offer = (token: string) => openSocket(cloud.endpoint, [subprotocol, token]);
const claims = () => claimsFor(phone, cloud.endpoint);

test('a device connects with its token, and the server chooses the protocol without it', async () => {
  await using wire = await connectDevice(cloud.endpoint, phone);
  expect(wire.socket.protocol).toBe(subprotocol);
  expect(await succeed(wire, 'devices.list', { account: phone.account })).toEqual({ deviceList: account.first });
});

describe('a token is refused, never taken for a guest,', () => {
  test.each([
    ['that is too old', () => ({ ...claims(), iat: Date.now() - limits.tokenAge - 1000 })],
    ['that is ahead of time', () => ({ ...claims(), iat: Date.now() + limits.tokenLead + 1000 })],
    ['whose time is in seconds', () => ({ ...claims(), iat: Math.floor(Date.now() / 1000) })],
    ['for another host', () => ({ ...claims(), aud: 'relay.example.org' })],
    ['for a list of hosts', () => ({ ...claims(), aud: [new URL(cloud.endpoint).host] })],
    ['of a device that is not linked', () => ({ ...claims(), iss: `${phone.account}.2` })],
    ['of an account that does not exist', () => ({ ...claims(), iss: `${'a'.repeat(32)}.1` })],
    ['without an issuer', () => ({ ...claims(), iss: undefined })],
    ['without an id', () => ({ ...claims(), jti: undefined })],
  ])('%s', async (_, spoiled) => {
    await expect(offer(tokenOf(spoiled(), phone.key))).rejects.toThrow('refused with 403');
  });

  test('signed by another key', async () => {
    await expect(offer(tokenOf(claims(), newKeyPair()))).rejects.toThrow('refused with 403');
  });

  test.each([
    ['none', { ...tokenHeader, alg: 'none' }],
    ['an HMAC', { ...tokenHeader, alg: 'HS256' }],
    ['another name', { ...tokenHeader, alg: 'Ed25519' }],
  ])('whose alg is %s', async (_, header) => {
    await expect(offer(tokenOf(claims(), phone.key, header))).rejects.toThrow('refused with 403');
  });

  test('of another type, or with a critical extension', async () => {
    await expect(offer(tokenOf(claims(), phone.key, { alg: 'EdDSA', typ: 'JWT' }))).rejects.toThrow('403');
    await expect(offer(tokenOf(claims(), phone.key, { ...tokenHeader, crit: ['x'], x: 1 }))).rejects.toThrow('403');
  });

  test('that brings its own key', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const jwk = publicKey.export({ format: 'jwk' });
    const token = tokenOf(claims(), { publicKey: jwk.x ?? '', privateKey }, { ...tokenHeader, jwk });
    await expect(offer(token)).rejects.toThrow('refused with 403');
  });

  test('without its signature', async () => {
    const [header, payload] = tokenOf(claims(), phone.key).split('.');
    await expect(offer(`${header}.${payload}.`)).rejects.toThrow('403');
  });
});

test('a token works once, and an earlier one not after a later', async () => {
  const [earlier, later] = [claims(), claims()];
  await using wire = await offer(tokenOf(later, phone.key));
  await expect(offer(tokenOf(later, phone.key))).rejects.toThrow('refused with 403');
  await expect(offer(tokenOf(earlier, phone.key))).rejects.toThrow('refused with 403');
  await succeed(wire, 'relay.sync', {});
});

test('a new connection replaces the old one, which is told by whom and closed', async () => {
  const { endpoint } = cloud;
  await using old = await connectDevice(endpoint, phone);
  const by = claims();
  await using replacing = await offer(tokenOf(by, phone.key));
  expect(await old.event('session.replaced')).toEqual({ by: by.jti });
  expect(await old.closed).toBe(1000);
  await succeed(replacing, 'relay.sync', {});
});

test('the late farewell of an old connection does not erase the newer one', async () => {
  const { endpoint } = cloud;
  const sender = await registerAccount(endpoint);
  await using old = await connectDevice(endpoint, phone);
  await using current = await connectDevice(endpoint, phone);
  await old.closed;
  await using wire = await connectDevice(endpoint, sender.phone);
  const to = [{ account: phone.account, version: 1, devices: [{ device: 1, body: 0 }] }];
  await succeed(wire, 'relay.signal', { message: newMessageId(), bodies: ['AAAA'], to });
  expect(await current.event('relay.signal')).toMatchObject({ body: 'AAAA' });
});

test.each(['$connect', '$disconnect'])(
  '%s sent as a method neither connects nor disconnects anybody',
  async (method) => {
    const { endpoint } = cloud;
    const owner = await registerAccount(endpoint);
    await using wire = await connectDevice(endpoint, owner.phone);
    wire.tell(method, {});
    await succeed(wire, 'session.time', {});
    const { companion } = await linkCompanion(endpoint, owner, { phone: wire, list: owner.first });
    await using computer = await connectDevice(endpoint, companion);
    expect((await computer.call('devices.leave', {})).error).toBeUndefined();
    expect(await wire.event('devices.left')).toEqual({ device: companion.device });
  },
);

test('an unlinked device is told and closed, and never connects again', async () => {
  const { endpoint } = cloud;
  const owner = await registerAccount(endpoint);
  await using wire = await connectDevice(endpoint, owner.phone);
  const { companion, list } = await linkCompanion(endpoint, owner, { phone: wire, list: owner.first });
  await using computer = await connectDevice(endpoint, companion);

  await succeed(wire, 'devices.update', { deviceList: owner.removing(list, companion.device) });

  expect(await computer.event('session.revoked')).toEqual({});
  expect(await computer.closed).toBe(1000);
  await expect(connectDevice(endpoint, companion)).rejects.toThrow('refused with 403');
});

test('a guest has five minutes', async () => {
  let ahead = 0;
  const clock = { now: () => Date.now() - ahead, after: () => () => undefined };
  ahead = limits.guestLife + 1000;
  await using late = await startTestCloud({ clock });
  await using guest = await connectGuest(late.endpoint);
  expect((await guest.call('session.time', {})).error?.data.code).toBe('guest_expired');
});
