import * as z from 'zod/mini';
import { accountIdOf, DeviceList } from '#protocol';
import type { DeviceLists } from './device-lists.ts';

const DevicesChanged = z.object({ deviceLists: z.array(DeviceList) });

/** Takes the lists that come with `devices_changed`. @throws what {@link DeviceLists.reconcile} throws */
export const acceptChanged = async (lists: DeviceLists, details: unknown): Promise<void> => {
  const changed = DevicesChanged.safeParse(details);
  if (!changed.success) return;
  for (const list of changed.data.deviceLists) await lists.reconcile(accountIdOf(list.identityKey), list);
};
