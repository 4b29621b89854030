import type { Device, DeviceList, DeviceNumber } from '#protocol';

/** What a new list says about an account's devices. With nobody added or removed, only its signature was renewed. */
export type DevicesChange = {
  /** The list as it is now; `issuedAt` is when it was signed, in milliseconds since 1970. */
  list: DeviceList;
  /** With key and time of linking. */
  added: Device[];
  removed: DeviceNumber[];
  /** Somebody with the recovery code has put a new primary in the place of the former: was it this person? */
  recovered: boolean;
};

export const devicesChange = (before: DeviceList | undefined, list: DeviceList): DevicesChange => {
  const known = new Set(before?.devices.map(({ id }) => id));
  const listed = new Set(list.devices.map(({ id }) => id));
  return {
    list,
    added: list.devices.filter(({ id }) => !known.has(id)),
    removed: [...known].filter((id) => !listed.has(id)),
    recovered: before !== undefined && before.primary !== list.primary,
  };
};
