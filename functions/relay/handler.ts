import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, mailboxesTable, readEnv } from '../shared/env.ts';
import { log } from '../shared/log.ts';
import { createMailboxes } from '../shared/mailboxes.ts';
import { platform } from '../shared/platform.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import { createSockets } from '../shared/sockets.ts';
import { ack } from './ack.ts';
import type { RelayContext } from './context.ts';
import { send } from './send.ts';
import { signal } from './signal.ts';
import { sync } from './sync.ts';

const useCases: UseCases<'relay', RelayContext> = {
  'relay.send': send,
  'relay.ack': ack,
  'relay.sync': sync,
  'relay.signal': signal,
};

const env = readEnv({ directoryTable, mailboxesTable, endpoint });

export const handler = serve(useCases, {
  directory: createDirectory(env.directoryTable),
  mailboxes: createMailboxes(env.mailboxesTable),
  sockets: createSockets(env.endpoint, log),
  platform,
  log,
});
