import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';

export type Engine = AsyncDisposable & { url: string; pid: number };

/**
 * The engine takes the shell's place (`exec`, so its pid is the child's), while a watcher waits on a pipe that only we
 * hold open: a line on it means a regular end, its closing means that we are dead, even by SIGKILL, and so must the
 * engine be. Should the watcher be lost as well, the engine stays on its own port, and SQLite's locks let a next one
 * work on the same file.
 */
const WATCHED = '(read -r _ <&3 || kill -KILL $$) >/dev/null 2>&1 & exec "$@" 3<&-';

const PORT_TAKEN = /already in use/;

/**
 * Starts Dynoxide, a DynamoDB on SQLite, on a free port of the loopback interface. `file` is where it keeps its data;
 * without one, in memory. Throws when there is no binary for this machine, or when it does not start.
 */
export const startEngine = async ({ file }: { file: string | undefined }): Promise<Engine> => {
  const binary = findBinary();
  for (;;) {
    const port = await freePort();
    const data = file === undefined ? [] : ['--db-path', file];
    const child = await run([binary, 'serve', '--host', '127.0.0.1', '--port', String(port), ...data]);
    const said = await untilListening(child);
    if (said === undefined) {
      return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stop(child) };
    }
    if (!PORT_TAKEN.test(said)) throw new Error(`The DynamoDB engine did not start: ${said}`);
  }
};

const findBinary = (): string => {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`);
    return join(dirname(manifest), 'dynoxide');
  } catch (cause) {
    const exists = 'it exists for linux and darwin on x64 and arm64';
    const remedy = `install @dynoxide/${platform}, or point DYNAMODB_ENDPOINT to another engine, such as AWS's DynamoDB Local`;
    throw new Error(`The DynamoDB engine is not installed for ${platform} (${exists}): ${remedy}.`, { cause });
  }
};

const run = async (command: readonly string[]): Promise<ChildProcess> => {
  // Detached: a Ctrl-C in the terminal reaches us alone, and the engine ends after what still needs it.
  const child = spawn('sh', ['-c', WATCHED, 'sh', ...command], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  await once(child, 'spawn');
  const [, , , watcher] = child.stdio;
  if (watcher instanceof Writable) {
    child.once('exit', () => watcher.end('\n'));
    // Nothing is left to watch when the watcher itself has gone.
    watcher.once('error', () => watcher.destroy());
  }
  return child;
};

/** Waits until the engine listens; else returns what it said before it ended. */
const untilListening = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.includes('listening on')) resolve(undefined);
    });
    child.once('close', () => resolve(said.trim()));
  });

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};
