import {
  type Device,
  type DeviceList,
  type DeviceNumber,
  deviceListHash,
  deviceListStatement,
  type UnsignedDeviceList,
} from '#protocol';
import { type SigningKey, signWith } from '../keys.ts';

type Signer = { identityKey: SigningKey; now: number };

const signed = async (list: UnsignedDeviceList, { identityKey }: Signer): Promise<DeviceList> => ({
  ...list,
  signature: await signWith(identityKey, deviceListStatement(list)),
});

const succeed = (current: DeviceList, devices: Device[], signer: Signer): Promise<DeviceList> => {
  const { identityKey, version, primary } = current;
  const previous = deviceListHash(current);
  return signed({ identityKey, version: version + 1, previous, issuedAt: signer.now, primary, devices }, signer);
};

/** Version 1 of an account: its primary alone. */
export const firstList = (deviceKey: string, signer: Signer): Promise<DeviceList> => {
  const { identityKey, now } = signer;
  const devices = [{ id: 1, key: deviceKey, linkedAt: now }];
  return signed({ identityKey: identityKey.x, version: 1, previous: null, issuedAt: now, primary: 1, devices }, signer);
};

/** The next list, with one more device, whose number is the list's version. */
export const listWith = (current: DeviceList, deviceKey: string, signer: Signer): Promise<DeviceList> =>
  succeed(current, [...current.devices, { id: current.version + 1, key: deviceKey, linkedAt: signer.now }], signer);

/** The next list, without some device. */
export const listWithout = (current: DeviceList, device: DeviceNumber, signer: Signer): Promise<DeviceList> =>
  succeed(
    current,
    current.devices.filter(({ id }) => id !== device),
    signer,
  );
