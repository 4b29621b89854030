import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, host, publicHost, readEnv } from '../shared/env.ts';
import { log } from '../shared/log.ts';
import { platform } from '../shared/platform.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import { createSockets } from '../shared/sockets.ts';
import { approve } from './approve.ts';
import { collect } from './collect.ts';
import type { PairingContext } from './context.ts';
import { deny } from './deny.ts';
import { leave } from './leave.ts';
import { list } from './list.ts';
import { open } from './open.ts';
import { register } from './register.ts';
import { scan } from './scan.ts';
import { update } from './update.ts';

const useCases: UseCases<'account' | 'pairing' | 'devices', PairingContext> = {
  'account.register': register,
  'pairing.open': open,
  'pairing.scan': scan,
  'pairing.approve': approve,
  'pairing.deny': deny,
  'pairing.collect': collect,
  'devices.list': list,
  'devices.update': update,
  'devices.leave': leave,
};

const env = readEnv({ directoryTable, endpoint, host });

export const handler = serve(useCases, {
  directory: createDirectory(env.directoryTable),
  sockets: createSockets(env.endpoint, log),
  host: publicHost(env),
  platform,
  log,
});
