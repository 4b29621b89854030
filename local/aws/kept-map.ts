import * as z from 'zod/mini';
import { openDatabase } from './database.ts';

/** A map that outlives the process where there is a folder for the data: what is set is kept when `set` returns. */
export type KeptMap<T> = Disposable & {
  get: (key: string) => T | undefined;
  /** In the order in which their keys were first set. */
  values: () => T[];
  set: (key: string, value: T) => void;
  delete: (key: string) => void;
};

type Options<T> = {
  /** The folder for the data; in memory without one. */
  data: string | undefined;
  /** The name of the file in it, without the ending. */
  name: string;
  schema: z.ZodMiniType<T>;
};

const table = 'CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT';
const Rows = z.array(z.object({ key: z.string(), value: z.string() }));

/** Opens the map with what an earlier run kept. Throws when that is not what the schema says. */
export const openKeptMap = <T>({ data, name, schema }: Options<T>): KeptMap<T> => {
  const database = openDatabase({ data, name, schema: table });
  const upsert = database.prepare(
    'INSERT INTO entries VALUES ($key, $value) ON CONFLICT (key) DO UPDATE SET value = $value',
  );
  const remove = database.prepare('DELETE FROM entries WHERE key = $key');
  const rows = z.parse(Rows, database.prepare('SELECT * FROM entries ORDER BY rowid').all());
  const entries = new Map(rows.map(({ key, value }) => [key, readValue(schema, value, `${key} in ${name}`)]));
  return {
    get: (key) => entries.get(key),
    values: () => [...entries.values()],
    set: (key, value) => {
      upsert.run({ $key: key, $value: JSON.stringify(value) });
      entries.set(key, value);
    },
    delete: (key) => {
      remove.run({ $key: key });
      entries.delete(key);
    },
    [Symbol.dispose]: () => database.close(),
  };
};

const readValue = <T>(schema: z.ZodMiniType<T>, value: string, what: string): T => {
  const parsed = z.safeParse(schema, JSON.parse(value));
  if (parsed.success) return parsed.data;
  throw new Error(`${what} was kept by another version: begin with an empty data folder (npm start -- --fresh).`);
};
