import { createClosing } from '../shared/closing.ts';
import { createDirectory } from '../shared/directory/index.ts';
import {
  closingQueue,
  deadlineQueue,
  directoryTable,
  endpoint,
  mailboxesTable,
  quotas,
  readEnv,
  wakeupTopic,
} from '../shared/env.ts';
import { createMailboxes } from '../shared/mailboxes.ts';
import { platform } from '../shared/platform.ts';
import { createRates } from '../shared/rates.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import { createSockets } from '../shared/sockets.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import { createWakeups } from '../shared/wakeups.ts';
import { ack } from './ack.ts';
import { block } from './block.ts';
import type { RelayContext } from './context.ts';
import { createDeadlines } from './deadlines.ts';
import { send } from './send.ts';
import { signal } from './signal.ts';
import { sync } from './sync.ts';
import { unblock } from './unblock.ts';

const useCases: UseCases<'relay' | 'contacts', RelayContext> = {
  'relay.send': send,
  'relay.ack': ack,
  'relay.sync': sync,
  'relay.signal': signal,
  'contacts.block': block,
  'contacts.unblock': unblock,
};

const telemetry = openTelemetry('relay');
const env = readEnv({ directoryTable, mailboxesTable, closingQueue, deadlineQueue, wakeupTopic, endpoint, quotas });
const directory = createDirectory(env.directoryTable);

export const handler = serve(useCases, {
  directory,
  mailboxes: createMailboxes(env.mailboxesTable),
  sockets: createSockets(env.endpoint, telemetry),
  closing: createClosing(env.closingQueue),
  deadlines: createDeadlines(env.deadlineQueue),
  wakeups: createWakeups(env.wakeupTopic),
  rates: createRates({ directory, platform, limits: env.quotas }),
  quotas: env.quotas,
  platform,
  telemetry,
});
