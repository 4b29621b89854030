import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { memoryStore } from '../../../client/memory-store.ts';
import { sqliteStore } from '../../../client/node/index.ts';
import { readRecord } from '../../../client/store.ts';
import { describeStore, type Opened } from './store-contract.ts';

const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-store-'));
  const file = join(folder, 'store.sqlite');
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
};

const openSqlite = async (): Promise<Opened> => {
  const place = await temporary();
  const store = sqliteStore(place.file);
  const dispose = async () => {
    store.close();
    await place[Symbol.asyncDispose]();
  };
  return { store, [Symbol.asyncDispose]: dispose };
};

const openMemory = async (): Promise<Opened> => ({
  store: memoryStore(),
  [Symbol.asyncDispose]: async () => undefined,
});

describeStore('memory', openMemory);
describeStore('SQLite', openSqlite);

test('a record that is not what it should be is named', async () => {
  const store = memoryStore();
  await store.put({ account: { device: 'one' } });

  await expect(readRecord(store, 'account', z.object({ device: z.int() }))).rejects.toMatchObject({
    code: 'store_damaged',
    message: /account/,
  });
});

test('a store’s file is for its owner alone', async () => {
  await using place = await temporary();
  using _ = sqliteStore(place.file);

  expect((await stat(place.file)).mode & 0o777).toBe(0o600);
});

test('what a process was promised is there after it was killed', async () => {
  await using place = await temporary();
  const module = join(import.meta.dirname, '../../../client/node/sqlite-store.ts');
  const script = `
    const { sqliteStore } = await import(${JSON.stringify(module)});
    const store = sqliteStore(${JSON.stringify(place.file)});
    for (let i = 0; ; i += 1) {
      await store.put({ ['k/' + i]: i, last: i });
      process.stdout.write(i + '\\n');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  let output = '';
  const enough = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.split('\n').length > 50) resolve();
    });
  });
  await enough;
  child.kill('SIGKILL');
  await once(child, 'close');

  using store = sqliteStore(place.file);
  const promised = Number(output.split('\n').at(-2));
  const records = await store.list('k/');
  expect(records.length).toBeGreaterThan(promised);
  expect(await store.get('last')).toBe(records.length - 1);
});
