import { parseAddress } from '#protocol';
import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, readEnv } from '../shared/env.ts';
import { log } from '../shared/log.ts';
import { serveQueue } from '../shared/serve-queue.ts';
import { createSockets } from '../shared/sockets.ts';
import { Wakeup } from '../shared/wakeups.ts';

const env = readEnv({ directoryTable, endpoint });
const directory = createDirectory(env.directoryTable);
const sockets = createSockets(env.endpoint, log);

/** A device that has connected since its mail was stored may have missed it: it is told to synchronize. */
const notice = async (address: string): Promise<void> => {
  const { account, device } = parseAddress(address);
  const connection = (await directory.device(account, device))?.connection;
  if (connection !== undefined) await sockets.notify(connection.id, 'relay.waiting', {});
};

/** Looks after the devices that were not connected when there was mail for them. */
export const handler = serveQueue(
  Wakeup,
  async ({ devices }) => {
    await Promise.all(devices.map(({ device }) => notice(device)));
    return 'done';
  },
  log,
);
