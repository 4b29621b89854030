import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { partialDeepStrictEqual } from 'node:assert/strict';
import {
  type AccountId,
  accountIdOf,
  addressOf,
  deviceListStatement,
  registerStatement,
  subprotocol,
  tokenHeader,
} from '#protocol';
import { connect, type Guest } from './socket.ts';

/** A device with an account of its own, which does no more than be connected. */
export type Device = {
  account: AccountId;
  connect: () => Promise<Guest>;
};

/** Registers an account at a stage. What that writes stays there until `forget` of the directory. */
export const registerDevice = async (endpoint: string): Promise<Device> => {
  const { host } = new URL(endpoint);
  const [identity, device] = [newKey(), newKey()];
  const account = accountIdOf(identity.publicKey);
  const at = Date.now();
  const list = {
    identityKey: identity.publicKey,
    version: 1,
    previous: null,
    issuedAt: at,
    primary: 1,
    devices: [{ id: 1, key: device.publicKey, linkedAt: at }],
  };
  const deviceList = { ...list, signature: identity.sign(deviceListStatement(list)) };
  const params = { deviceList, at, signature: identity.sign(registerStatement(host, at, deviceList)) };

  using guest = await connect(endpoint);
  const answer = guest.hear();
  guest.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'account.register', params }));
  partialDeepStrictEqual(await answer, { result: { account, device: 1 } });

  const claims = () => {
    const jti = randomBytes(16).toString('base64url');
    return { iss: addressOf(account, 1), aud: host, iat: Date.now(), jti };
  };
  return { account, connect: () => connect(endpoint, [subprotocol, token(device, claims())]) };
};

type Key = ReturnType<typeof newKey>;

const newKey = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey).toString('base64url'),
  };
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const token = (key: Key, claims: object): string => {
  const signed = `${encode(tokenHeader)}.${encode(claims)}`;
  return `${signed}.${key.sign(Buffer.from(signed))}`;
};
