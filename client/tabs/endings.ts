import * as z from 'zod/mini';
import { readRecord, type Store } from '../store.ts';

const key = 'endings';

/** How often a session of this store has been replaced. A tab whose turn to lead comes may not have heard of it yet. */
export const countEndings = async (store: Store): Promise<number> => (await readRecord(store, key, z.int())) ?? 0;

export const recordEnding = async (store: Store): Promise<void> =>
  store.put({ [key]: (await countEndings(store)) + 1 });
