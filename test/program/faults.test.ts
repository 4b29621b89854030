/** `npm start -- --faults FILE`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';

const crash = { kind: 'crash', function: '*', within: 5 };

const openFolder = () => mkdtempDisposable(join(tmpdir(), 'tandem-faults-'));

const write = async (folder: string, content: object): Promise<string> => {
  const file = join(folder, 'faults.json');
  await writeFile(file, JSON.stringify(content));
  return file;
};

const start = (data: string, file: string, ...options: string[]) => {
  const args = ['local/main.ts', '--port', '0', '--data', data, '--faults', file, ...options];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
};

test('a file that is not there ends the start before anything is made', async () => {
  await using folder = await openFolder();
  const child = start(join(folder.path, 'data'), join(folder.path, 'none.json'));
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(told).toMatch(/^The file of faults .*none\.json cannot be read: Error: ENOENT/);
  await expect(readFile(join(folder.path, 'data'))).rejects.toThrow('ENOENT');
});

test('the welcome shows the seed with which a run can be repeated', async () => {
  await using folder = await openFolder();
  const child = start(join(folder.path, 'data'), await write(folder.path, { seed: 1234, faults: [crash] }));
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Next')) break;
  }
  expect(lines).toContain('  Faults      1; repeated with "seed": 1234');
  child.kill('SIGTERM');
  await exited;
  const log = await readFile(join(folder.path, 'data', 'cloud.log'), 'utf8');
  expect(log).toMatch(/^\S+ fault: number 1 of seed 1234 begins: \{"kind":"crash"/m);
});

test('with --json the seed is among the facts', async () => {
  await using folder = await openFolder();
  const child = start(join(folder.path, 'data'), await write(folder.path, { faults: [crash] }), '--json');
  const exited = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  expect(JSON.parse(z.string().parse(line))).toMatchObject({ seed: expect.any(Number) });
  child.kill('SIGTERM');
  await exited;
});
