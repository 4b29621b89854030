import * as z from 'zod/mini';
import type { Store } from '../store.ts';

const Row = z.object({ key: z.string(), text: z.string() });
type Row = z.infer<typeof Row>;

/** A store in one database of the page's origin; `close` lets it go. */
export type IndexedDbStore = Store & { close: () => void } & Disposable;

const records = 'records';

const resultOf = <T>(request: IDBRequest<T>): Promise<T> => {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  request.addEventListener('success', () => resolve(request.result));
  request.addEventListener('error', () => reject(request.error));
  return promise;
};

const open = async (name: string): Promise<IDBDatabase> => {
  const request = indexedDB.open(name, 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(records, { keyPath: 'key' }));
  const db = await resultOf(request);
  // Another tab deletes the database, or has a later version of it: it would wait for this one.
  db.addEventListener('versionchange', () => db.close());
  return db;
};

const change = (db: IDBDatabase, work: (store: IDBObjectStore) => void): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const transaction = db.transaction(records, 'readwrite', { durability: 'strict' });
  transaction.addEventListener('complete', () => resolve());
  transaction.addEventListener('abort', () => reject(transaction.error));
  work(transaction.objectStore(records));
  return promise;
};

const valueOf = ({ text }: Row): unknown => JSON.parse(text);

/**
 * Opens the store in an IndexedDB database, which is made when missing. A kept promise is on the disk
 * (`durability: 'strict'`). A browser that is short of space may delete the database unless the application has
 * asked for `navigator.storage.persist()`.
 */
export const indexedDbStore = async (name: string): Promise<IndexedDbStore> => {
  const db = await open(name);
  const reading = () => db.transaction(records).objectStore(records);
  const close = () => db.close();

  return {
    get: async (key) => {
      const found: unknown = await resultOf(reading().get(key));
      return found === undefined ? undefined : valueOf(Row.parse(found));
    },
    put: async (entries) => {
      // All as text first: what cannot be written stops it before anything is.
      const rows = Object.entries(entries).map(([key, value]): Row => ({ key, text: JSON.stringify(value) }));
      await change(db, (store) => {
        for (const row of rows) store.put(row);
      });
    },
    delete: async (keys) =>
      change(db, (store) => {
        for (const key of keys) store.delete(key);
      }),
    list: async (prefix, page) => {
      const { after } = page ?? {};
      const range = IDBKeyRange.bound(after ?? prefix, `${prefix}\uffff`, after !== undefined);
      const found: unknown = await resultOf(reading().getAll(range, page?.limit));
      return z
        .array(Row)
        .parse(found)
        .map((row) => [row.key, valueOf(row)]);
    },
    close,
    [Symbol.dispose]: close,
  };
};
