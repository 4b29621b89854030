import * as z from 'zod/mini';
import { type AccountId, DeviceList } from '#protocol';
import { ClientError } from '../errors.ts';
import type { DeviceLists } from './device-lists.ts';

type Change = {
  lists: DeviceLists;
  account: AccountId;
  /** The list that should follow the current one. */
  make: (current: DeviceList) => Promise<DeviceList>;
  submit: (next: DeviceList) => Promise<unknown>;
};

const Conflict = z.object({ deviceList: DeviceList });

/** Makes the next list of the own account. When another came first, it is checked and built upon, once. */
export const changeList = async ({ lists, account, make, submit }: Change): Promise<void> => {
  const attempt = async () => {
    const next = await make(await lists.of(account));
    await submit(next);
    await lists.accept(account, next);
  };

  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'list_conflict') throw error;
    const conflict = Conflict.safeParse(error.details);
    await (conflict.success ? lists.accept(account, conflict.data.deviceList) : lists.refresh(account));
    await attempt();
  }
};
