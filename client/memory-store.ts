import type { Store, StorePage } from './store.ts';

const everything: StorePage = { after: undefined, limit: Number.POSITIVE_INFINITY };

/** A store that lasts as long as the process: for trying things out, and for tests. */
export const memoryStore = (): Store => {
  const entries = new Map<string, string>();
  return {
    get: async (key) => {
      const text = entries.get(key);
      const value: unknown = text === undefined ? undefined : JSON.parse(text);
      return value;
    },
    put: async (added) => {
      const texts = Object.entries(added).map(([key, value]) => [key, JSON.stringify(value)] as const);
      for (const [key, text] of texts) entries.set(key, text);
    },
    delete: async (keys) => {
      for (const key of keys) entries.delete(key);
    },
    list: async (prefix, { after = '', limit } = everything) =>
      [...entries]
        .filter(([key]) => key.startsWith(prefix) && key > after)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([key, text]) => [key, JSON.parse(text)]),
  };
};
