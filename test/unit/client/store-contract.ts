import { describe, expect, test } from 'vitest';
import type { Store } from '../../../client/store.ts';

export type Opened = { store: Store } & AsyncDisposable;

/** What every store keeps to, wherever it keeps it. */
export const describeStore = (place: string, open: () => Promise<Opened>): void => {
  describe(`a store in ${place}`, () => {
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

    test('lists page by page, each after the key that the page before ended with', async () => {
      await using place = await open();
      const { store } = place;
      await store.put({ 'p/1': 1, 'p/2': 2, 'p/3': 3, q: 0 });

      expect(await store.list('p/', { after: undefined, limit: 2 })).toEqual([
        ['p/1', 1],
        ['p/2', 2],
      ]);
      expect(await store.list('p/', { after: 'p/2', limit: 2 })).toEqual([['p/3', 3]]);
      expect(await store.list('p/', { after: 'p/3', limit: 2 })).toEqual([]);
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
};
