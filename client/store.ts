import type * as z from 'zod/mini';
import { ClientError } from './errors.ts';

/**
 * Where a device keeps what must survive it: keys, device lists, the outbox, the ids of what it has received. Values
 * can be written as JSON. A promise that has been kept means that the change survives a crash.
 */
export type Store = {
  get: (key: string) => Promise<unknown>;
  /** All of the entries, or none when it fails. */
  put: (entries: Readonly<Record<string, unknown>>) => Promise<void>;
  delete: (keys: readonly string[]) => Promise<void>;
  /** The entries whose keys begin with `prefix`, in the order of their keys: all, or as many as a page holds. */
  list: (prefix: string, page?: StorePage) => Promise<[key: string, value: unknown][]>;
};

/** The first `limit` entries, or those that come after a key. */
export type StorePage = { after: string | undefined; limit: number };

const read = <S extends z.ZodMiniType>(key: string, value: unknown, schema: S): z.infer<S> => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ClientError('store_damaged', { details: key });
  return parsed.data;
};

/** The record under a key; undefined when there is none. @throws `store_damaged` when it is not what it should be. */
export const readRecord = async <S extends z.ZodMiniType>(
  store: Store,
  key: string,
  schema: S,
): Promise<z.infer<S> | undefined> => {
  const value = await store.get(key);
  return value === undefined ? undefined : read(key, value, schema);
};

/** The records whose keys begin with `prefix`, without it. @throws `store_damaged`. */
export const listRecords = async <S extends z.ZodMiniType>(
  store: Store,
  prefix: string,
  schema: S,
): Promise<[string, z.infer<S>][]> =>
  (await store.list(prefix)).map(([key, value]) => [key.slice(prefix.length), read(key, value, schema)]);
