import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { Envelope } from '#protocol';
import type { openSocket } from '../fixtures/wire.ts';
import { connectDevice, succeed } from '../fixtures/wire.ts';
import { newMessageId, registerAccount } from '../fixtures/world.ts';

const Ready = z.object({ endpoint: z.string(), management: z.string(), aws: z.string(), pid: z.int() });
const Page = z.object({ envelopes: z.array(Envelope) });

/** `npm start` as a process of its own, and the line that it prints when it is ready. */
const start = async (data: string, ...options: string[]) => {
  const args = ['local/main.ts', '--json', '--port', '0', '--data', data, ...options];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit').then(([code]: unknown[]) => code);
  if (child.stdout === null) throw new Error('its output is piped');
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), exited.then((code) => [`exit ${String(code)}`])]);
  const ready = Ready.parse(JSON.parse(z.string().parse(line)));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return { ...ready, end, [Symbol.asyncDispose]: async () => void (await end('SIGKILL')) };
};

const inFolder = async () => {
  const data = await mkdtemp(join(tmpdir(), 'tandem-data-'));
  return { data, [Symbol.asyncDispose]: () => rm(data, { recursive: true, maxRetries: 5 }) };
};

test('a kill −9 of the whole local cloud loses nothing that was accepted', async () => {
  await using folder = await inFolder();
  await using cloud = await start(folder.data);
  const ada = await registerAccount(cloud.endpoint);
  const ben = await registerAccount(cloud.endpoint);
  const wire = await connectDevice(cloud.endpoint, ada.phone);
  const to = [{ account: ben.account, version: 1, devices: [{ device: 1, body: 0 }] }];
  const accepted: string[] = [];
  const sendOn = async (): Promise<void> => {
    const message = newMessageId();
    await succeed(wire, 'relay.send', { messages: [{ message, bodies: ['AAAA'], to }] });
    accepted.push(`${message}.${ada.account}.1`);
    if (accepted.length === 40) await cloud.end('SIGKILL');
    else if (wire.socket.readyState === wire.socket.OPEN) await sendOn();
  };
  const senders = Array.from({ length: 4 }, () => sendOn().catch(() => undefined));
  await Promise.race([wire.closed, Promise.all(senders)]);
  expect(accepted.length).toBeGreaterThanOrEqual(40);

  await using again = await start(folder.data);
  await using away = await connectDevice(again.endpoint, ben.phone);
  const stored = new Set<string>();
  for (let page = await drain(away); page.length > 0; page = await drain(away)) page.forEach((id) => stored.add(id));
  expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
}, 60_000);

const drain = async (wire: Awaited<ReturnType<typeof openSocket>>) => {
  const { envelopes } = Page.parse(await succeed(wire, 'relay.sync', {}));
  const ids = envelopes.map(({ id }) => id);
  if (ids.length > 0) await succeed(wire, 'relay.sync', { ack: ids, limit: 1 });
  return ids;
};

test('it ends cleanly when asked to, and --fresh forgets what was there', async () => {
  await using folder = await inFolder();
  await using cloud = await start(folder.data);
  const { phone } = await registerAccount(cloud.endpoint);
  expect(await cloud.end('SIGTERM')).toBe(0);

  await using again = await start(folder.data, '--fresh');
  await expect(connectDevice(again.endpoint, phone)).rejects.toThrow('refused with 403');
}, 60_000);

test('a port that is taken, and an option that there is not, are told in a sentence', async () => {
  await using folder = await inFolder();
  await using taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = z.object({ port: z.int() }).parse(taken.address());
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, ['local/main.ts', '--data', folder.data, ...args]);
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
    });
    const [code] = await once(child, 'exit');
    return `${String(code)}: ${told.trim()}`;
  };
  expect(await run('--port', String(port))).toMatch(/^1: .*port .* in use.*$/i);
  expect(await run('--prot', '0')).toMatch(/^2: .*--prot/);
}, 60_000);
