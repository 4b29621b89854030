import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { memoryStore } from '../../../client/memory-store.ts';
import { sqliteStore } from '../../../client/node/index.ts';
import { readRecord, type Store } from '../../../client/store.ts';

const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-store-'));
  const file = join(folder, 'store.sqlite');
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
};

const openSqlite = async (): Promise<{ store: Store } & AsyncDisposable> => {
  const place = await temporary();
  const store = sqliteStore(place.file);
  const dispose = async () => {
    store.close();
    await place[Symbol.asyncDispose]();
  };
  return { store, [Symbol.asyncDispose]: dispose };
};

const openMemory = async (): Promise<{ store: Store } & AsyncDisposable> => ({
  store: memoryStore(),
  [Symbol.asyncDispose]: async () => undefined,
});

describe.each([
  ['memory', openMemory],
  ['SQLite', openSqlite],
] as const)('a store in %s', (_, open) => {
  test('gives back what was put, the last of it, and nothing for what was not', async () => {
    await using place = await open();
    const { store } = place;
    await store.put({ a: { deep: [1, 'two', null] }, b: 1 });
    await store.put({ b: 2 });

    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([
      { deep: [1, 'two', null] },
      2,
      undefined,
    ]);
  });

  test('lists by prefix in the order of the keys, and by that prefix alone', async () => {
    await using place = await open();
    const { store } = place;
    await store.put({ 'p/2': 2, 'p/10': 10, 'p/é': 3, 'p%': 0, p: 0, q: 0 });

    expect(await store.list('p/')).toEqual([
      ['p/10', 10],
      ['p/2', 2],
      ['p/é', 3],
    ]);
    expect(await store.list('')).toHaveLength(6);
  });

  test('deletes what is named, and minds nothing that is not there', async () => {
    await using place = await open();
    const { store } = place;
    await store.put({ a: 1, b: 2 });
    await store.delete(['a', 'x']);

    expect(await store.list('')).toEqual([['b', 2]]);
  });

  test('puts all of the entries or none', async () => {
    await using place = await open();
    const { store } = place;
    const circular: { self?: unknown } = {};
    circular.self = circular;

    await expect(store.put({ a: 1, b: circular })).rejects.toThrow('circular');
    expect(await store.list('')).toEqual([]);
  });

  test('keeps nothing that is changed afterwards', async () => {
    await using place = await open();
    const value = { n: 1 };
    await place.store.put({ value });
    value.n = 2;

    expect(await place.store.get('value')).toEqual({ n: 1 });
  });
});

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
