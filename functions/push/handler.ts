import { createClosing } from '../shared/closing.ts';
import { createDirectory } from '../shared/directory/index.ts';
import { closingQueue, directoryTable, push, quotas, readEnv, releaseQueue } from '../shared/env.ts';
import { platform } from '../shared/platform.ts';
import { createRates } from '../shared/rates.ts';
import { createReleases } from '../shared/releases.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import { config } from './config.ts';
import type { PushContext } from './context.ts';
import { createEndpoints } from './endpoints.ts';
import { register } from './register.ts';
import { unregister } from './unregister.ts';

const useCases: UseCases<'push', PushContext> = {
  'push.config': config,
  'push.register': register,
  'push.unregister': unregister,
};

const telemetry = openTelemetry('push');
const env = readEnv({ directoryTable, closingQueue, releaseQueue, quotas, push });
const directory = createDirectory(env.directoryTable);

export const handler = serve(useCases, {
  directory,
  endpoints: createEndpoints(),
  releases: createReleases(env.releaseQueue),
  settings: env.push,
  closing: createClosing(env.closingQueue),
  rates: createRates({ directory, platform, limits: env.quotas }),
  platform,
  telemetry,
});
