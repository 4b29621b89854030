import type { DeviceNumber } from '#protocol';
import { ClientError } from '../errors.ts';
import { changeList } from './change-list.ts';
import { listWithout } from './make-list.ts';
import type { Primary } from './primary.ts';

/** Takes a device off the account's list, unless it is off already. @throws `primary_stays` */
export const unlink = (primary: Primary, device: DeviceNumber): Promise<void> => {
  const { identityKey, connection, now } = primary;
  return changeList(primary, {
    make: (current) => {
      if (device === current.primary) throw new ClientError('primary_stays');
      const isListed = current.devices.some(({ id }) => id === device);
      return isListed ? listWithout(current, device, { identityKey, now: now() }) : undefined;
    },
    submit: (deviceList) => connection.call('devices.update', { deviceList }),
  });
};
