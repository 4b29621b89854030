import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  type AccountId,
  accountIdOf,
  addressOf,
  type DeviceAddress,
  type DeviceList,
  deviceListStatement,
  type Recipient,
  registerStatement,
  subprotocol,
  tokenHeader,
} from '#protocol';
import { openSocket, type Socket } from './open-socket.ts';

/** A phone with an account of its own. */
export type Device = { account: AccountId; address: DeviceAddress; key: KeyObject; list: DeviceList };

const newKeyPair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: publicKey.export({ format: 'jwk' }).x ?? '', privateKey };
};

const signed = (key: KeyObject, bytes: Uint8Array): string => sign(null, bytes, key).toString('base64url');

/** A device and its account by their keys alone. */
const makeDevice = () => {
  const [identity, phone] = [newKeyPair(), newKeyPair()];
  const issuedAt = Date.now();
  const devices = [{ id: 1, key: phone.publicKey, linkedAt: issuedAt }];
  const unsigned = { identityKey: identity.publicKey, version: 1, previous: null, issuedAt, primary: 1, devices };
  const list: DeviceList = { ...unsigned, signature: signed(identity.privateKey, deviceListStatement(unsigned)) };
  const account = accountIdOf(identity.publicKey);
  return { device: { account, address: addressOf(account, 1), key: phone.privateKey, list }, identity };
};

/** Registers a new account with one device. */
export const registerDevice = async (endpoint: string): Promise<Device> => {
  const { device, identity } = makeDevice();
  await using guest = await openSocket(endpoint, [subprotocol]);
  const at = Date.now();
  const signature = signed(identity.privateKey, registerStatement(new URL(endpoint).host, at, device.list));
  await guest.call('account.register', { deviceList: device.list, at, signature });
  return device;
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Connects a device. Its tokens must be a millisecond apart at least. */
export const connectDevice = (endpoint: string, { address, key }: Device): Promise<Socket> => {
  const claims = {
    iss: address,
    aud: new URL(endpoint).host,
    iat: Date.now(),
    jti: randomBytes(16).toString('base64url'),
  };
  const input = `${encode(tokenHeader)}.${encode(claims)}`;
  return openSocket(endpoint, [subprotocol, `${input}.${signed(key, Buffer.from(input))}`]);
};

/** How a message names all devices of an account that has this one alone. */
export const recipientOf = ({ account, list }: Device): Recipient => ({
  account,
  version: list.version,
  devices: [{ device: 1, body: 0 }],
});
