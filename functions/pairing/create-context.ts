import { createClosing } from '../shared/closing.ts';
import { createDirectory } from '../shared/directory/index.ts';
import {
  closingQueue,
  directoryTable,
  endpoint,
  host,
  publicHost,
  quotas,
  readEnv,
  releaseQueue,
} from '../shared/env.ts';
import { platform } from '../shared/platform.ts';
import { createRates } from '../shared/rates.ts';
import { createReleases } from '../shared/releases.ts';
import { createSockets } from '../shared/sockets.ts';
import type { Telemetry } from '../shared/telemetry/index.ts';
import type { PairingContext } from './context.ts';

/** What both functions of this room reach. @throws when the environment is not as it should be */
export const createContext = (telemetry: Telemetry): PairingContext => {
  const env = readEnv({ directoryTable, closingQueue, releaseQueue, endpoint, host, quotas });
  const directory = createDirectory(env.directoryTable);
  return {
    directory,
    sockets: createSockets(env.endpoint, telemetry),
    closing: createClosing(env.closingQueue),
    releases: createReleases(env.releaseQueue),
    rates: createRates({ directory, platform, limits: env.quotas }),
    host: publicHost(env),
    platform,
    telemetry,
  };
};
