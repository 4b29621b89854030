import { createClosing } from '../shared/closing.ts';
import { createDirectory } from '../shared/directory/index.ts';
import { closingQueue, directoryTable, endpoint, quotas, readEnv } from '../shared/env.ts';
import { platform } from '../shared/platform.ts';
import { createRates } from '../shared/rates.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import { createSockets } from '../shared/sockets.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import { claim } from './claim.ts';
import type { KeysContext } from './context.ts';
import { publish } from './publish.ts';

const useCases: UseCases<'keys', KeysContext> = { 'keys.publish': publish, 'keys.claim': claim };

const telemetry = openTelemetry('keys');
const env = readEnv({ directoryTable, closingQueue, endpoint, quotas });
const directory = createDirectory(env.directoryTable);

export const handler = serve(useCases, {
  directory,
  sockets: createSockets(env.endpoint, telemetry),
  closing: createClosing(env.closingQueue),
  rates: createRates({ directory, platform, limits: env.quotas }),
  platform,
  telemetry,
});
