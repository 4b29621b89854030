import type { DeviceAddress } from '#protocol';
import type { DeviceRecord } from '../shared/directory/index.ts';
import type { RelayContext } from './context.ts';

/** A device has fetched all its mail: it need not be woken any more. One that was not woken costs nothing. */
export const endWaking = async (
  { directory, wakeups }: Pick<RelayContext, 'directory' | 'wakeups'>,
  address: DeviceAddress,
  { woken, reminder }: Pick<DeviceRecord, 'woken' | 'reminder'>,
): Promise<void> => {
  if (woken === undefined && reminder === undefined) return;
  // First the schedule: whoever does not come to the end does it all again.
  if (reminder !== undefined) await wakeups.drained(address, reminder.at);
  await directory.clearWake(address, { woken, reminder });
};
