import type { Store } from './store.ts';

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
    list: async (prefix) =>
      [...entries]
        .filter(([key]) => key.startsWith(prefix))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, text]) => [key, JSON.parse(text)]),
  };
};
