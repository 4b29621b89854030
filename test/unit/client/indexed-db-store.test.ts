import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, startBrowser } from '../../fixtures/browser.ts';
import { describeStore } from './store-contract.ts';

const withProfile = async () => {
  const profile = await mkdtemp(join(tmpdir(), 'tandem-profile-'));
  return { profile, [Symbol.asyncDispose]: () => rm(profile, { recursive: true, maxRetries: 5 }) };
};

describe.skipIf(browserPath === undefined)(
  'in a browser (install Chromium, or name one in CHROMIUM, to run these)',
  () => {
    const disposables = new AsyncDisposableStack();
    let browser: Awaited<ReturnType<typeof startBrowser>>;

    beforeAll(async () => {
      const { profile } = disposables.use(await withProfile());
      browser = disposables.use(await startBrowser(profile));
    });
    afterAll(() => disposables.disposeAsync());

    let opened = 0;
    describeStore('IndexedDB', async () => {
      opened += 1;
      return { store: await browser.openStore(`store ${opened}`), [Symbol.asyncDispose]: async () => undefined };
    });

    test('a put that the database refuses halfway changes nothing', async () => {
      const outcome = await browser.evaluate(`(async () => {
      const store = await tandem.indexedDbStore('small');
      await store.put({ before: 1 });
      const put = IDBObjectStore.prototype.put;
      let puts = 0;
      IDBObjectStore.prototype.put = function (...row) {
        puts += 1;
        return puts === 2 ? this.add({ key: 'before', text: '2' }) : put.apply(this, row);
      };
      const failed = await store.put({ a: 1, b: 2, c: 3 }).then(() => 'kept', ({ name }) => name);
      IDBObjectStore.prototype.put = put;
      return { puts, failed, records: await store.list('') };
    })()`);

      expect(outcome).toEqual({ puts: 3, failed: 'ConstraintError', records: [['before', 1]] });
    });

    test('another tab can delete it', async () => {
      const outcome = await browser.evaluate(`(async () => {
      const store = await tandem.indexedDbStore('shared');
      await store.put({ a: 1 });
      return new Promise((resolve) => {
        const request = indexedDB.deleteDatabase('shared');
        request.onsuccess = () => resolve('deleted');
        request.onblocked = () => resolve('blocked');
      });
    })()`);

      expect(outcome).toBe('deleted');
    });

    test('what a page was promised is there after the browser has crashed', async () => {
      await using place = await withProfile();
      {
        await using doomed = await startBrowser(place.profile);
        const store = await doomed.openStore('keys');
        for (let i = 0; i < 20; i += 1) await store.put({ [`k/${String(i).padStart(2, '0')}`]: i, last: i });
        await doomed.crash();
      }

      await using again = await startBrowser(place.profile);
      const store = await again.openStore('keys');
      expect(await store.get('last')).toBe(19);
      expect(await store.list('k/')).toHaveLength(20);
    });
  },
);
