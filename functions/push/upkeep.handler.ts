import * as z from 'zod/mini';
import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, readEnv } from '../shared/env.ts';
import { platform } from '../shared/platform.ts';
import { Departure, Release } from '../shared/releases.ts';
import { serveQueue } from '../shared/serve-queue.ts';
import { createSockets } from '../shared/sockets.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import type { UpkeepContext } from './context.ts';
import { depart } from './depart.ts';
import { createEndpoints } from './endpoints.ts';
import { cleanUp, FailedDelivery } from './failed-delivery.ts';
import { release } from './release.ts';

const telemetry = openTelemetry('upkeep');
const env = readEnv({ directoryTable, endpoint });
const context: UpkeepContext = {
  directory: createDirectory(env.directoryTable),
  endpoints: createEndpoints(),
  sockets: createSockets(env.endpoint, telemetry),
  platform,
  telemetry,
};

/** Forgets what devices leave behind: push tokens given up, or that SNS says lead nowhere, and keys of unlinked ones. */
export const handler = serveQueue(
  z.union([Release, Departure, FailedDelivery]),
  async (message, sentAt) => {
    if ('token' in message) return release(context, message, sentAt);
    if ('departed' in message) return depart(context, message, sentAt);
    await cleanUp(context, message);
    return 'done';
  },
  telemetry,
);
