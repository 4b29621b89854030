import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits, subprotocol, tokenHeader } from '#protocol';
import { type KeyPair, newKeyPair } from '../fixtures/accounts.ts';
import {
  claimsFor,
  connectDevice,
  connectGuest,
  type Identity,
  openSocket,
  signingInput,
  succeed,
  tokenOf,
} from '../fixtures/wire.ts';
import { deletion, linkCompanion, registerAccount, startTestCloud, type TestAccount } from '../fixtures/world.ts';

const prepare = async () => {
  const cloud = await startTestCloud();
  const account = await registerAccount(cloud.endpoint);
  await using wire = await connectDevice(cloud.endpoint, account.phone);
  const { companion } = await linkCompanion(cloud.endpoint, account, { phone: wire, list: account.first });
  return { cloud, account, companion };
};

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let account: TestAccount;
let phone: Identity;
let companion: Identity;
beforeAll(async () => {
  ({ cloud, account, companion } = await prepare());
  ({ phone } = account);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const offer = (token: string) => openSocket(cloud.endpoint, [subprotocol, token]);
const claims = (of: Identity = phone) => claimsFor(of, cloud.endpoint);

/** Neither a device nor, for want of a good token, a guest. */
const expectRefused = async (token: string) => expect(offer(token)).rejects.toThrow('refused with 403');

/** Members of a JSON object as text, so that one may stand twice. */
const write = (...members: [string, unknown][]) =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;

test('a good token connects its device, and the server chooses the protocol without it', async () => {
  await using wire = await offer(tokenOf(claims(), phone.key));
  expect(wire.socket.protocol).toBe(subprotocol);
  await succeed(wire, 'relay.sync', {});
});

describe('a token is refused, never taken for a guest,', () => {
  test.each([
    ['that is too old', () => ({ ...claims(), iat: Date.now() - limits.tokenAge - 1000 })],
    ['that is ahead of time', () => ({ ...claims(), iat: Date.now() + limits.tokenLead + 1000 })],
    ['whose time is in seconds', () => ({ ...claims(), iat: Math.floor(Date.now() / 1000) })],
    ['whose time is a text', () => ({ ...claims(), iat: String(Date.now()) })],
    ['whose time is no whole number', () => ({ ...claims(), iat: Date.now() + 0.5 })],
    ['without a time', () => ({ ...claims(), iat: undefined })],
    ['for another host', () => ({ ...claims(), aud: 'relay.example.org' })],
    ['for this host with another port', () => ({ ...claims(), aud: `${new URL(cloud.endpoint).hostname}:1` })],
    ['for a list of hosts', () => ({ ...claims(), aud: [new URL(cloud.endpoint).host] })],
    ['for no host', () => ({ ...claims(), aud: undefined })],
    ['of a device that is not linked', () => ({ ...claims(), iss: `${phone.account}.9` })],
    ['of another device of the account', () => ({ ...claims(), iss: `${phone.account}.2` })],
    ['of a device spelled in another way', () => ({ ...claims(), iss: `${phone.account}.01` })],
    ['of an account that does not exist', () => ({ ...claims(), iss: `${'a'.repeat(32)}.1` })],
    ['without an issuer', () => ({ ...claims(), iss: undefined })],
    ['without an id', () => ({ ...claims(), jti: undefined })],
    ['whose id is a number', () => ({ ...claims(), jti: 1 })],
    ['whose id is short', () => ({ ...claims(), jti: 'AAAA' })],
    ['whose id is an object', () => ({ ...claims(), jti: {} })],
    ['that says itself that it has expired', () => ({ ...claims(), exp: 1 })],
    ['whose claims are a list', () => [claims()]],
  ])('%s', async (_, spoiled) => {
    await expectRefused(tokenOf(spoiled(), phone.key));
  });

  test('signed by a key that nobody knows', async () => {
    await expectRefused(tokenOf(claims(), newKeyPair()));
  });

  test('signed by the key of another device of the same account', async () => {
    await expectRefused(tokenOf(claims(), companion.key));
  });

  test('signed by the account’s identity key, which is no device', async () => {
    await expectRefused(tokenOf(claims(), account.identity));
  });

  test('signed by the device of another account', async () => {
    const other = await registerAccount(cloud.endpoint);
    await expectRefused(tokenOf(claims(), other.phone.key));
  });

  test('that is replayed, while its connection is open and when it has closed', async () => {
    const token = tokenOf(claims(), phone.key);
    const wire = await offer(token);
    await expectRefused(token);
    await succeed(wire, 'relay.sync', {});
    await wire.close();
    await expectRefused(token);
  });

  test('that is older than one that its device has used', async () => {
    const [earlier, later] = [claims(), claims()];
    await using _ = await offer(tokenOf(later, phone.key));
    await expectRefused(tokenOf(earlier, phone.key));
  });

  test('of a device that was unlinked', async () => {
    const owner = await registerAccount(cloud.endpoint);
    await using wire = await connectDevice(cloud.endpoint, owner.phone);
    const { companion, list } = await linkCompanion(cloud.endpoint, owner, { phone: wire, list: owner.first });
    await succeed(wire, 'devices.update', { deviceList: owner.removing(list, companion.device) });
    await expectRefused(tokenOf(claims(companion), companion.key));
  });

  test('of an account that was deleted', async () => {
    const owner = await registerAccount(cloud.endpoint);
    await using wire = await connectDevice(cloud.endpoint, owner.phone);
    await succeed(wire, 'account.delete', deletion(cloud.endpoint, owner));
    await expectRefused(tokenOf(claims(owner.phone), owner.phone.key));
  });
});

const jwkOf = ({ publicKey }: KeyPair) => ({ kty: 'OKP', crv: 'Ed25519', x: publicKey });

const spki = () => {
  const prefix = Buffer.from('302a300506032b6570032100', 'hex');
  return Buffer.concat([prefix, Buffer.from(phone.key.publicKey, 'base64url')]);
};

describe('whatever its header says, a token holds by the device’s Ed25519 key alone:', () => {
  test.each([
    ['alg: none', { ...tokenHeader, alg: 'none' }],
    ['alg: None', { ...tokenHeader, alg: 'None' }],
    ['alg: HS256', { ...tokenHeader, alg: 'HS256' }],
    ['alg: ES256', { ...tokenHeader, alg: 'ES256' }],
    ['alg: Ed25519', { ...tokenHeader, alg: 'Ed25519' }],
    ['alg: eddsa', { ...tokenHeader, alg: 'eddsa' }],
    ['a list of algs', { ...tokenHeader, alg: ['EdDSA'] }],
    ['no alg', { typ: tokenHeader.typ }],
    ['no typ', { alg: tokenHeader.alg }],
    ['typ: JWT', { ...tokenHeader, typ: 'JWT' }],
    ['the typ of a ticket', { ...tokenHeader, typ: 'tandem.ticket+jwt' }],
    ['a typ that is a number', { ...tokenHeader, typ: 1 }],
    ['crit of something unknown', { ...tokenHeader, crit: ['x'], x: 1 }],
    ['crit of nothing', { ...tokenHeader, crit: [] }],
    ['an unencoded payload', { ...tokenHeader, crit: ['b64'], b64: false }],
  ])('%s is refused under a good signature', async (_, header) => {
    await expectRefused(tokenOf(claims(), phone.key, header));
  });

  test.each([
    ['none', ''],
    ['none', Buffer.alloc(64).toString('base64url')],
    ['EdDSA', ''],
    ['EdDSA', Buffer.alloc(64).toString('base64url')],
  ])('alg %s with the signature "%s" is refused', async (alg, signature) => {
    await expectRefused(`${signingInput(claims(), { ...tokenHeader, alg })}.${signature}`);
  });

  test.each([
    ['32 bytes', () => Buffer.from(phone.key.publicKey, 'base64url')],
    ['base64url', () => phone.key.publicKey],
    ['DER', () => spki()],
    ['PEM', () => `-----BEGIN PUBLIC KEY-----\n${spki().toString('base64')}\n-----END PUBLIC KEY-----\n`],
  ])('an HMAC whose secret is the device’s public key, as %s, is refused', async (_, secret) => {
    const input = signingInput(claims(), { ...tokenHeader, alg: 'HS256' });
    await expectRefused(`${input}.${createHmac('sha256', secret()).update(input).digest('base64url')}`);
  });

  test('a true ES256 signature with the key of its own header is refused', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const input = signingInput(claims(), { ...tokenHeader, alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) });
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    await expectRefused(`${input}.${signature.toString('base64url')}`);
  });

  test.each([
    ['jwk: a key that the token brings itself', (key: KeyPair) => ({ jwk: jwkOf(key) })],
    ['kid: another device', () => ({ kid: `${companion.account}.${companion.device}` })],
    ['kid: a path', () => ({ kid: '../../../../dev/null' })],
    ['x5c: a certificate', (key: KeyPair) => ({ x5c: [key.publicKey] })],
  ])('%s does not make a foreign signature good', async (_, more) => {
    const foreign = newKeyPair();
    await expectRefused(tokenOf(claims(), foreign, { ...tokenHeader, ...more(foreign) }));
  });

  test.each(['jku', 'x5u'])('%s is neither fetched nor believed', async (name) => {
    const foreign = newKeyPair();
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end(JSON.stringify({ keys: [jwkOf(foreign)] }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const header = { ...tokenHeader, kid: 'a', [name]: `http://127.0.0.1:${port}/keys.json` };
    await expectRefused(tokenOf(claims(), foreign, header));
    expect(asked).toBe(0);
    server.close();
  });
});

describe('a name that stands twice is refused, whichever of the two would be good,', () => {
  const { alg, typ } = tokenHeader;
  test.each([
    ['alg', write(['alg', 'none'], ['alg', alg], ['typ', typ])],
    ['alg, the good one first', write(['alg', alg], ['alg', 'none'], ['typ', typ])],
    ['typ', write(['alg', alg], ['typ', 'JWT'], ['typ', typ])],
    ['alg, spelled with an escape', `{"\\u0061lg":"none","alg":"${alg}","typ":"${typ}"}`],
  ])('in the header: %s', async (_, header) => {
    await expectRefused(tokenOf(claims(), phone.key, header));
  });

  test.each(['iss', 'aud', 'iat', 'jti'] as const)('in the claims: %s', async (name) => {
    const good = Object.entries(claims());
    const other = Object.entries(claims(companion)).filter(([key]) => key === name);
    await expectRefused(tokenOf(write(...other, ...good), phone.key));
    await expectRefused(tokenOf(write(...good, ...other), phone.key));
  });

  test('while white space and another order are as good as any', async () => {
    const entries = Object.entries(claims()).toReversed();
    const spaced = write(...entries).replaceAll(',', ' ,\n');
    await using wire = await offer(tokenOf(spaced, phone.key, `{ "typ": "${typ}", "alg": "${alg}" }`));
    expect(await succeed(wire, 'relay.sync', {})).toEqual({ envelopes: [] });
  });
});

const otherClaims = () => signingInput(claims()).split('.')[1] ?? '';

describe('what is no token is refused:', () => {
  test.each([
    ['without its signature', (token: string) => token.slice(0, token.lastIndexOf('.') + 1)],
    ['without its last part', (token: string) => token.slice(0, token.lastIndexOf('.'))],
    ['with a part more', (token: string) => `${token}.AAAA`],
    ['without a header', (token: string) => token.slice(token.indexOf('.'))],
    ['with a signature cut short', (token: string) => token.slice(0, -4)],
    ['with another payload under the signature', (token: string) => token.replace(/\..*\./, `.${otherClaims()}.`)],
  ])('a token %s', async (_, spoil) => {
    await expectRefused(spoil(tokenOf(claims(), phone.key)));
  });

  test('and after a refused token a guest has to come as one', async () => {
    await expectRefused(tokenOf(claims(), newKeyPair()));
    await using guest = await connectGuest(cloud.endpoint);
    expect((await guest.call('relay.sync', {})).error?.data.code).toBe('guests_refused');
  });
});
