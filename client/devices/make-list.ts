import {
  type Device,
  type DeviceList,
  type DeviceNumber,
  deviceListHash,
  deviceListStatement,
  type UnsignedDeviceList,
} from '#protocol';
import { type SigningKey, signWith } from '../keys.ts';

/** Who signs, and the server's time. */
export type Signer = { identityKey: SigningKey; now: number };

const signed = async (list: UnsignedDeviceList, { identityKey }: Signer): Promise<DeviceList> => ({
  ...list,
  signature: await signWith(identityKey, deviceListStatement(list)),
});

type Change = Partial<Pick<DeviceList, 'primary' | 'devices'>>;

const succeed = (current: DeviceList, change: Change, signer: Signer): Promise<DeviceList> => {
  const { identityKey, version, primary, devices } = current;
  const previous = deviceListHash(current);
  const issuedAt = signer.now;
  return signed({ identityKey, version: version + 1, previous, issuedAt, primary, devices, ...change }, signer);
};

const added = ({ version }: DeviceList, key: string, { now }: Signer): Device => ({
  id: version + 1,
  key,
  linkedAt: now,
});
const without = ({ devices }: DeviceList, device: DeviceNumber) => devices.filter(({ id }) => id !== device);

/** Version 1 of an account: its primary alone. */
export const firstList = (deviceKey: string, signer: Signer): Promise<DeviceList> => {
  const { identityKey, now } = signer;
  const devices = [{ id: 1, key: deviceKey, linkedAt: now }];
  return signed({ identityKey: identityKey.x, version: 1, previous: null, issuedAt: now, primary: 1, devices }, signer);
};

/** The next list, with one more device, whose number is the list's version. */
export const listWith = (current: DeviceList, deviceKey: string, signer: Signer): Promise<DeviceList> =>
  succeed(current, { devices: [...current.devices, added(current, deviceKey, signer)] }, signer);

/** The next list, without some device. */
export const listWithout = (current: DeviceList, device: DeviceNumber, signer: Signer): Promise<DeviceList> =>
  succeed(current, { devices: without(current, device) }, signer);

/** The next list, with a new primary in the place of the former. */
export const listRecovered = (current: DeviceList, deviceKey: string, signer: Signer): Promise<DeviceList> => {
  const primary = added(current, deviceKey, signer);
  return succeed(current, { primary: primary.id, devices: [...without(current, current.primary), primary] }, signer);
};

/** The next list, which changes nothing but when it was signed. */
export const renewed = (current: DeviceList, signer: Signer): Promise<DeviceList> => succeed(current, {}, signer);
