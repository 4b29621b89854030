import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod/mini';
import type { Store, StorePage } from '../store.ts';

/** Without a limit, in the words of SQLite. */
const everything: StorePage = { after: undefined, limit: -1 };

const Row = z.object({ key: z.string(), value: z.string() });

const parse = (row: unknown): [key: string, value: unknown] => {
  const { key, value } = Row.parse(row);
  return [key, JSON.parse(value)];
};

/** A store in one SQLite file, which the process owns from opening to `close`. */
export type SqliteStore = Store & { close: () => void } & Disposable;

/**
 * Opens the store in a file, which is made when missing. A kept promise is on the disk: write-ahead log, synchronized
 * on every commit, so that neither a kill nor a power cut takes back a key or an outgoing message.
 */
export const sqliteStore = (path: string): SqliteStore => {
  // It holds private keys: made for its owner's eyes only.
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
  db.exec('CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');

  const get = db.prepare('SELECT key, value FROM records WHERE key = ?');
  const put = db.prepare('INSERT OR REPLACE INTO records (key, value) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM records WHERE key = ?');
  const list = db.prepare('SELECT key, value FROM records WHERE key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?');

  const transaction = (work: () => void) => {
    db.exec('BEGIN IMMEDIATE');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  };
  const close = () => db.close();

  return {
    get: async (key) => {
      const row = get.get(key);
      return row === undefined ? undefined : parse(row)[1];
    },
    put: async (entries) =>
      transaction(() => {
        for (const [key, value] of Object.entries(entries)) put.run(key, JSON.stringify(value));
      }),
    delete: async (keys) =>
      transaction(() => {
        for (const key of keys) remove.run(key);
      }),
    list: async (prefix, { after = '', limit } = everything) =>
      list.all(prefix, `${prefix}\u{10ffff}`, after, limit).map(parse),
    close,
    [Symbol.dispose]: close,
  };
};
