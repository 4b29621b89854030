import { parseAddress } from '#protocol';
import type { DeliveryContext } from './context.ts';
import type { Deadline } from './deadlines.ts';
import { framesOf, post, wakeupOf } from './deliver.ts';

/**
 * Looks whether a delivery has been acknowledged. If not, it is made once more; if that does not help either, the
 * connection is dead: it is forgotten and closed, and the device woken.
 */
export const checkDeadline = async (context: DeliveryContext, deadline: Deadline): Promise<void> => {
  const { directory, mailboxes, closing, deadlines, wakeups, platform } = context;
  const { device: address, connection, again } = deadline;
  const left = await mailboxes.between(address, deadline, platform.now());
  if (left.length === 0) return;
  const { account, device } = parseAddress(address);
  const record = await directory.device(account, device);
  if (record === undefined) return;

  const current = record.connection;
  const wake = () => wakeups.wake([wakeupOf(address, left)]);
  if (current === undefined) return wake();
  // It has synchronized since it has a new connection.
  if (current.id !== connection) return;

  if (!again) {
    const frames = framesOf(left.map(({ envelope }) => envelope));
    const reached = await post(context, { to: address, connection: current, frames });
    return reached ? deadlines.set({ ...deadline, again: true }) : wake();
  }
  await directory.disconnect(address, connection);
  await closing.close([{ connection }], 0);
  await wake();
};
