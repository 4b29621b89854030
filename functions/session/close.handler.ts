import { parseAddress } from '#protocol';
import { Closing } from '../shared/closing.ts';
import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, readEnv } from '../shared/env.ts';
import { platform } from '../shared/platform.ts';
import { serveQueue } from '../shared/serve-queue.ts';
import { isSettled } from '../shared/settled.ts';
import { createSockets } from '../shared/sockets.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';

const telemetry = openTelemetry('close');
const env = readEnv({ directoryTable, endpoint });
const directory = createDirectory(env.directoryTable);
const sockets = createSockets(env.endpoint, telemetry);

/** Whether the device has the connection, and is still linked. */
const isInUse = async ({ connection, unless }: Closing): Promise<boolean> => {
  if (unless === undefined) return false;
  const { account, device } = parseAddress(unless);
  return (await directory.device(account, device))?.connection?.id === connection;
};

/** Closes connections. A closing is asked for before the write that gives reason for it, so it may be early. */
export const handler = serveQueue(
  Closing,
  async (closing, sentAt) => {
    if (await isInUse(closing)) return isSettled(sentAt, platform.now()) ? 'done' : 'again';
    await sockets.close(closing.connection);
    return 'done';
  },
  telemetry,
);
