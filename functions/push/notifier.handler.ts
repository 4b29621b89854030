import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, mailboxesTable, push, readEnv, schedules } from '../shared/env.ts';
import { inPool } from '../shared/in-pool.ts';
import { createMailboxes } from '../shared/mailboxes.ts';
import { platform } from '../shared/platform.ts';
import { serveQueue } from '../shared/serve-queue.ts';
import { createSockets } from '../shared/sockets.ts';
import { loggedMessages, loggedTraces, openTelemetry } from '../shared/telemetry/index.ts';
import { Notice, type Wakeup } from '../shared/wakeups.ts';
import type { WakeContext } from './context.ts';
import { createEndpoints } from './endpoints.ts';
import { remind } from './remind.ts';
import { createReminders } from './reminders.ts';
import { wake } from './wake.ts';
import { createWebPush } from './web-push.ts';

const telemetry = openTelemetry('notifier');
const env = readEnv({ directoryTable, mailboxesTable, endpoint, push, schedules });
const { webPush } = env.push;
const context: WakeContext = {
  directory: createDirectory(env.directoryTable),
  mailboxes: createMailboxes(env.mailboxesTable),
  endpoints: createEndpoints(),
  webPush: webPush && createWebPush(webPush),
  reminders: createReminders(env.schedules),
  sockets: createSockets(env.endpoint, telemetry),
  platform,
  telemetry,
};

/** How many devices of one notice are looked after at once. */
const pool = 32;

/** A device that cannot be woken now holds up no other: the notice comes again, and finds those woken. */
const wakeAll = async (devices: readonly Wakeup[], askedAt: number): Promise<'done' | 'again'> => {
  telemetry.note({
    messages: loggedMessages(devices.flatMap(({ messages }) => messages)),
    traces: loggedTraces(devices.map(({ traceparent }) => traceparent)),
    devices: devices.map(({ device }) => telemetry.hashed(device)),
  });
  const outcomes = await inPool(pool, devices, async (wakeup) => {
    try {
      return await wake(context, wakeup, askedAt);
    } catch (error) {
      telemetry.failure('wake', error);
      return 'again';
    }
  });
  return outcomes.includes('again') ? 'again' : 'done';
};

/** Looks after the devices that were not connected when there was mail for them. */
export const handler = serveQueue(
  Notice,
  async (notice, sentAt) => {
    switch (notice.kind) {
      case 'mail':
        return wakeAll(notice.devices, sentAt);
      case 'due':
        return remind(context, notice);
      case 'drained':
        await context.reminders.remove(notice.device, notice.at);
        return 'done';
    }
  },
  telemetry,
);
