import { changeList } from './change-list.ts';
import { isDue } from './list-age.ts';
import { renewed } from './make-list.ts';
import type { Primary } from './primary.ts';

/** Signs the account's list anew when it is a month old, so that nobody takes it for one that was kept back. */
export const renewList = (primary: Primary): Promise<void> => {
  const { identityKey, connection, now } = primary;
  return changeList(primary, {
    make: (current) => (isDue(current, now()) ? renewed(current, { identityKey, now: now() }) : undefined),
    submit: (deviceList) => connection.call('devices.update', { deviceList }),
  });
};
