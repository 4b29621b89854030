import { parseAddress } from '#protocol';
import { loggedMessages, loggedTraces } from '../shared/telemetry/index.ts';
import type { DeliveryContext } from './context.ts';
import type { Deadline } from './deadlines.ts';
import { framesOf, post, wakeupOf } from './deliver.ts';

/**
 * Looks whether a delivery has been acknowledged. If not, it is made once more; if that does not help either, the
 * connection is dead: it is forgotten and closed, and the device woken.
 */
export const checkDeadline = async (context: DeliveryContext, deadline: Deadline): Promise<void> => {
  const { directory, mailboxes, closing, deadlines, wakeups, platform, telemetry } = context;
  const { device: address, connection, again } = deadline;
  const now = platform.now();
  const left = await mailboxes.between(address, deadline, now);
  if (left.length === 0) return;
  telemetry.note({
    devices: [telemetry.hashed(address)],
    messages: loggedMessages(left.map(({ envelope }) => envelope.id)),
    traces: loggedTraces(left.map(({ envelope }) => envelope.traceparent)),
  });
  const { account, device } = parseAddress(address);
  const record = await directory.device(account, device);
  if (record === undefined) return;

  const current = record.connection;
  const wake = async () => {
    telemetry.note({ woken: 1 });
    await wakeups.wake([wakeupOf(address, left)]);
  };
  if (current === undefined) return wake();
  // It has synchronized since it has a new connection.
  if (current.id !== connection) return;
  telemetry.measure('UndeliveredAge', now - Math.min(...left.map(({ envelope }) => envelope.at)));

  if (!again) {
    const frames = framesOf(left.map(({ envelope }) => envelope));
    telemetry.note({ redelivered: left.length });
    const reached = await post(context, { to: address, connection: current, frames });
    return reached ? deadlines.set({ ...deadline, again: true }) : wake();
  }
  await directory.disconnect(address, connection);
  await closing.close([{ connection }], 0);
  await wake();
};
