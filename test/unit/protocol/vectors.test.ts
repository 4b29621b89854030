import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import * as protocol from '#protocol';

/** RFC 8032 §7.1, the secret keys of tests 1 to 3 and of test SHA(abc). */
const seeds = [
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
  '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
];

const keyPair = (seed: string) => {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return { seed, privateKey, publicKey: createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '' };
};
const [identity, phone, computer, newPhone] = seeds.map(keyPair);
if (identity === undefined || phone === undefined || computer === undefined || newPhone === undefined)
  throw new Error('four seeds make four keys');

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const signature = (bytes: Uint8Array, { privateKey } = identity) => sign(null, bytes, privateKey).toString('base64url');
const signed = (list: protocol.UnsignedDeviceList) => ({
  ...list,
  signature: signature(protocol.deviceListStatement(list)),
});

const at = 1_790_000_000_000;
const host = 'relay.example.org';
const pairing = Buffer.alloc(16, 7).toString('base64url');
const first = signed({
  identityKey: identity.publicKey,
  version: 1,
  previous: null,
  issuedAt: at,
  primary: 1,
  devices: [{ id: 1, key: phone.publicKey, linkedAt: at }],
});
const second = signed({
  ...first,
  version: 2,
  previous: protocol.deviceListHash(first),
  issuedAt: at + 60_000,
  devices: [...first.devices, { id: 2, key: computer.publicKey, linkedAt: at + 60_000 }],
});
const recovered = signed({
  ...second,
  version: 3,
  previous: protocol.deviceListHash(second),
  issuedAt: at + 120_000,
  primary: 3,
  devices: [...second.devices.slice(1), { id: 3, key: newPhone.publicKey, linkedAt: at + 120_000 }],
});
const account = protocol.accountIdOf(identity.publicKey);
const code = {
  endpoint: 'wss://relay.example.org/prod',
  pairing,
  sealingKey: Buffer.alloc(32, 9).toString('base64url'),
  deviceKey: computer.publicKey,
  secret: Buffer.alloc(32, 5).toString('base64url'),
};

const contact = { endpoint: code.endpoint, account: protocol.accountIdOf(identity.publicKey) };

const claims = { iss: `${account}.2`, aud: host, iat: at, jti: pairing };
const signingInput = [protocol.tokenHeader, claims]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
const jwt = `${signingInput}.${sign(null, Buffer.from(signingInput), computer.privateKey).toString('base64url')}`;

/** An implementation of the encoding that shares nothing with ours: the page's words, in Node's terms. */
const encode = (label: string, fields: readonly (Buffer | number | string)[]) =>
  Buffer.concat([
    Buffer.from(`tandem.v1/${label}\0`),
    ...fields.flatMap((field) => {
      const bytes = Buffer.isBuffer(field) ? field : Buffer.alloc(8);
      if (typeof field === 'number') bytes.writeBigUInt64BE(BigInt(field));
      const value = typeof field === 'string' ? Buffer.from(field, 'base64url') : bytes;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(value.length);
      return [length, value];
    }),
  ]);

const encodeList = (list: protocol.UnsignedDeviceList) =>
  encode('device-list', [
    list.identityKey,
    list.version,
    list.previous ?? '',
    list.issuedAt,
    list.primary,
    ...list.devices.flatMap(({ id, key, linkedAt }) => [id, key, linkedAt]),
  ]);

const statements = {
  register: protocol.registerStatement(host, at, first),
  recover: protocol.recoverStatement(host, at, recovered),
  delete: protocol.deleteStatement(host, at, account),
  collect: protocol.collectStatement(host, at, pairing),
  cancel: protocol.cancelStatement(host, at, pairing),
  pairing: protocol.pairingInfo(pairing, code.sealingKey, code.deviceKey),
};

const vectors = {
  about:
    'Ed25519 keys are the seeds of RFC 8032 §7.1, tests 1 to 3 and SHA(abc). Binary is base64url without padding, or hex where so named.',
  keys: [identity, phone, computer, newPhone].map(({ seed, publicKey }) => ({ seedHex: seed, publicKey })),
  account: { identityKey: identity.publicKey, account },
  deviceLists: [first, second, recovered].map((list, i, lists) => ({
    ...(i > 0 && { change: protocol.succeeds(lists[i - 1] ?? list, list) }),
    list,
    statementHex: hex(protocol.deviceListStatement(list)),
    hash: protocol.deviceListHash(list),
  })),
  register: { host, at, statementHex: hex(statements.register), signature: signature(statements.register) },
  recover: { host, at, statementHex: hex(statements.recover), signature: signature(statements.recover) },
  delete: { host, at, account, statementHex: hex(statements.delete), signature: signature(statements.delete) },
  collect: {
    host,
    at,
    pairing,
    statementHex: hex(statements.collect),
    signature: signature(statements.collect, computer),
  },
  cancel: {
    host,
    at,
    pairing,
    statementHex: hex(statements.cancel),
    signature: signature(statements.cancel, computer),
  },
  pairingInfo: { ...code, statementHex: hex(statements.pairing) },
  connectToken: { header: protocol.tokenHeader, claims, jwt },
  pairingCode: { ...code, text: protocol.formatPairingCode(code) },
  contactCode: { ...contact, text: protocol.formatContactCode(contact) },
};

test('the published vectors are what this implementation computes', async () => {
  await expect(`${JSON.stringify(vectors, null, 2)}\n`).toMatchFileSnapshot('../../../protocol/vectors.json');
});

test('a connect token is a JWT that a JOSE library accepts', async () => {
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: computer.publicKey }, 'EdDSA');
  const { payload } = await jwtVerify(jwt, key, {
    algorithms: ['EdDSA'],
    typ: protocol.tokenHeader.typ,
    audience: host,
  });
  expect(protocol.TokenClaims.parse(payload)).toEqual(claims);
});

test('an account id is the first 20 bytes of the SHA-256 of its identity key, in base32', () => {
  const digest = createHash('sha256').update(Buffer.from(identity.publicKey, 'base64url')).digest().subarray(0, 20);
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.match(/.{5}/g)?.map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)]);
  expect(letters?.join('')).toBe(vectors.account.account);
});

test.each([first, second, recovered])(
  'device list $version is encoded, hashed and signed as another implementation would',
  (list) => {
    const bytes = encodeList(list);
    expect(hex(protocol.deviceListStatement(list))).toBe(hex(bytes));
    expect(protocol.deviceListHash(list)).toBe(createHash('sha256').update(bytes).digest('base64url'));
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: list.identityKey }, format: 'jwk' });
    expect(verify(null, bytes, publicKey, Buffer.from(list.signature, 'base64url'))).toBe(true);
  },
);

test('statements are encoded as another implementation would', () => {
  expect(hex(statements.register)).toBe(
    hex(encode('register', [Buffer.from(host), at, protocol.deviceListHash(first)])),
  );
  expect(hex(statements.recover)).toBe(
    hex(encode('recover', [Buffer.from(host), at, protocol.deviceListHash(recovered)])),
  );
  expect(hex(statements.delete)).toBe(hex(encode('delete', [Buffer.from(host), at, Buffer.from(account)])));
  expect(hex(statements.collect)).toBe(hex(encode('collect', [Buffer.from(host), at, pairing])));
  expect(hex(statements.cancel)).toBe(hex(encode('cancel', [Buffer.from(host), at, pairing])));
  expect(hex(statements.pairing)).toBe(hex(encode('pairing', [pairing, code.sealingKey, code.deviceKey])));
});

test('the second list adds a device, and the third recovers the primary', () => {
  const [, added, swapped] = vectors.deviceLists;
  expect(added?.change).toMatchObject({ kind: 'added', device: { id: 2 } });
  expect(swapped?.change).toMatchObject({ kind: 'recovered', device: { id: 3 }, former: 1 });
});
