import { createClosing } from '../shared/closing.ts';
import { createDirectory } from '../shared/directory/index.ts';
import {
  closingQueue,
  deadlineQueue,
  directoryTable,
  endpoint,
  mailboxesTable,
  readEnv,
  wakeupTopic,
} from '../shared/env.ts';
import { createMailboxes } from '../shared/mailboxes.ts';
import { platform } from '../shared/platform.ts';
import { serveQueue } from '../shared/serve-queue.ts';
import { createSockets } from '../shared/sockets.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import { createWakeups } from '../shared/wakeups.ts';
import { checkDeadline } from './check-deadline.ts';
import type { DeliveryContext } from './context.ts';
import { createDeadlines, Deadline } from './deadlines.ts';

const telemetry = openTelemetry('deadline');
const env = readEnv({ directoryTable, mailboxesTable, closingQueue, deadlineQueue, wakeupTopic, endpoint });
const context: DeliveryContext = {
  directory: createDirectory(env.directoryTable),
  mailboxes: createMailboxes(env.mailboxesTable),
  sockets: createSockets(env.endpoint, telemetry),
  closing: createClosing(env.closingQueue),
  deadlines: createDeadlines(env.deadlineQueue),
  wakeups: createWakeups(env.wakeupTopic),
  platform,
  telemetry,
};

/** The ack deadline of deliveries, by the queue of those that are due. */
export const handler = serveQueue(
  Deadline,
  async (deadline) => {
    await checkDeadline(context, deadline);
    return 'done';
  },
  telemetry,
);
