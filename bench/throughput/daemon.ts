import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { access, constants } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A server that is somebody else's, as a child of this process. */
export type Daemon = AsyncDisposable & { pid: number };

/** Where a command is, on the path or where daemons are; undefined when it is not installed. */
export const findCommand = async (name: string): Promise<string | undefined> => {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
};

const patience = 30_000;

/** Runs a command until it is disposed of, and waits until it listens on a port. Throws when it does not. */
export const startDaemon = async (
  [command = '', ...given]: readonly string[],
  { port, cwd, env = {} }: { port: number; cwd: string; env?: Record<string, string> },
): Promise<Daemon> => {
  const child = spawn(command, given, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  const deadline = performance.now() + patience;
  while (!(await listens(port))) {
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (gone || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${command} ${gone ? 'ended before it listened' : 'does not listen'} on ${port}: ${said.trim()}`);
    }
    await delay(50);
  }
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};
