import { once } from 'node:events';
import { createServer } from 'node:net';

/** What to say of an error of `listen` on a port that is taken; nothing for any other error. */
export const portInUse = (error: unknown): Error | undefined => {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error)) return undefined;
  const message = `Port ${String(error.port)} of 127.0.0.1 is in use: stop what listens there, or choose another port.`;
  return new Error(message, { cause: error });
};

/** @throws what {@link portInUse} says when somebody listens on the port; 0, for any free one, never is taken */
export const checkPort = async (port: number): Promise<void> => {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw portInUse(error) ?? error;
  }
  server.close();
  await once(server, 'close');
};
