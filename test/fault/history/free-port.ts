import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    // Rejects when the port is in use.
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
};

/**
 * A port for the cloud to come back to. Not one of those that Linux gives to whoever connects (from 32768 on): while the
 * cloud is away, a client that seeks it there could be given the very same, and meet itself.
 */
export const freePort = async (): Promise<number> => {
  const port = randomInt(10_240, 32_768);
  return (await isFree(port)) ? port : freePort();
};
