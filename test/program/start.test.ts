/** `npm start` at a terminal: what it says when it is ready, when it ends, and when it cannot. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { connectDevice, succeed } from '../fixtures/wire.ts';
import { registerAccount } from '../fixtures/world.ts';

const inFolder = async () => {
  const data = await mkdtemp(join(tmpdir(), 'tandem-start-'));
  return { data, [Symbol.asyncDispose]: () => rm(data, { recursive: true, maxRetries: 5 }) };
};

/** A process of `npm start`, and what it writes. */
const start = (data: string, options: string[], node: string[] = []) => {
  const child = spawn(process.execPath, [...node, 'local/main.ts', '--data', data, ...options]);
  const closed = once(child, 'close');
  const said = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
      for (const look of waiting) look();
    });
  }
  /** What a line of its output says after a name, once there is such a line. */
  const told = (name: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = new RegExp(`^ *${name} +(\\S+)$`, 'm').exec(said.stdout)?.[1];
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void closed.then(() => reject(new Error(`it ended without ${name}: ${said.stdout}${said.stderr}`)));
    });
  const end = async (signal?: NodeJS.Signals) => {
    if (signal !== undefined) child.kill(signal);
    const [code]: unknown[] = await closed;
    return { code, ...said };
  };
  return { told, end, [Symbol.asyncDispose]: async () => void (await end('SIGKILL')) };
};

test('a run ends cleanly with what AWS would have billed, and the next one has what it left', async () => {
  await using folder = await inFolder();
  await using first = start(folder.data, ['--port', '0']);
  const { phone } = await registerAccount(await first.told('WebSocket'));
  expect(await (await fetch(await first.told('Window'))).text()).toContain(await first.told('WebSocket'));
  const { code, stdout, stderr } = await first.end('SIGINT');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/\nUsage so far:\nmethod +.*messages +.*invocations.*USD\n/);
  expect(stdout).toMatch(/\naccount\.register +.* 0\.0000\d+\n/);
  expect(stdout).toMatch(/\ntotal +.* 0\.0000\d+\n$/);

  await using second = start(folder.data, ['--port', '0']);
  await using wire = await connectDevice(await second.told('WebSocket'), phone);
  expect(await succeed(wire, 'relay.sync', {})).toMatchObject({ envelopes: [] });
  expect(await second.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
}, 40_000);

describe('told in a sentence, with the remedy:', () => {
  test.each([
    ['of AWS, above that of the API', (port: number) => ['--port', String(port - 1)]],
    ['of the window', (port: number) => ['--port', '0', '--window-port', String(port)]],
  ])('a taken port %s', async (_whose, options) => {
    await using folder = await inFolder();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.parse(z.object({ port: z.int() }), server.address());
    const { code, stderr } = await start(folder.data, options(port)).end();
    server.close();
    expect(code).toBe(1);
    expect(stderr).toBe(`Port ${port} of 127.0.0.1 is in use: stop what listens there, or choose another port.\n`);
  });

  test('a machine for which there is no engine', async () => {
    await using folder = await inFolder();
    const otherMachine = 'data:text/javascript,Object.defineProperty(process,"arch",{value:"riscv64"})';
    const { code, stderr } = await start(folder.data, ['--port', '0'], ['--import', otherMachine]).end();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The DynamoDB engine is not installed for linux-riscv64 \([^\n]*\): install @dynoxide\/linux-riscv64, or point DYNAMODB_ENDPOINT to another engine[^\n]*\n$/,
    );
  });
});
