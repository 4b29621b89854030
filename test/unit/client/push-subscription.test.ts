import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath } from '../../fixtures/browser.ts';
import { openPushPage, type PushPage } from '../../fixtures/push-page.ts';

const [key, otherKey] = [`B${'A'.repeat(85)}E`, `B${'A'.repeat(85)}I`];
const keys = { p256dh: key, auth: 'A'.repeat(22) };

/** The browser's manager (its own would ask a push service) and a session, both of which tell what was asked of them. */
const standIns = `
const did = [];
const subscriptionWith = (key) => ({
  options: { applicationServerKey: key && Uint8Array.fromBase64(key, { alphabet: 'base64url' }).buffer },
  unsubscribe: async () => { did.push('unsubscribe'); return true; },
  toJSON: () => ({ endpoint: 'https://push.example.net/abc', expirationTime: null, keys: given.keys }),
});
const pushManager = {
  getSubscription: async () => given.existing === undefined ? null : subscriptionWith(given.existing),
  subscribe: async ({ userVisibleOnly, applicationServerKey }) => {
    did.push(['subscribe', userVisibleOnly, applicationServerKey.toBase64({ alphabet: 'base64url', omitPadding: true })]);
    return subscriptionWith(given.key);
  },
};
const session = {
  pushConfig: async () => given.config,
  registerPush: async (registration) => { did.push(registration); },
  unregisterPush: async () => { did.push('unregister'); },
};
`;

describe.skipIf(browserPath === undefined)(
  'in a browser (install Chromium, or name one in CHROMIUM, to run these)',
  () => {
    const disposables = new AsyncDisposableStack();
    let opened: PushPage;
    const doing = (given: object, what: string) =>
      opened.page.evaluate(
        `(async () => {
          const given = ${JSON.stringify({ key, keys, config: { kinds: ['webpush'], webPushKey: key }, ...given })};
          ${standIns}
          await tandem.${what}(session, { pushManager }).catch((error) => did.push(error.code));
          return did;
        })()`,
      );

    beforeAll(async () => {
      const { path } = disposables.use(await mkdtempDisposable(join(tmpdir(), 'tandem-push-')));
      opened = disposables.use(await openPushPage(path));
    });
    afterAll(() => disposables.disposeAsync());

    const registered = { kind: 'webpush', subscription: { endpoint: 'https://push.example.net/abc', keys } };

    test('it subscribes with the key of the cloud, and tells the cloud', async () => {
      expect(await doing({}, 'subscribeToPush')).toEqual([['subscribe', true, key], registered]);
    });

    test('at the next start it has the same subscription, and tells the cloud again', async () => {
      expect(await doing({ existing: key }, 'subscribeToPush')).toEqual([['subscribe', true, key], registered]);
    });

    test.for([otherKey, null])('a subscription with another key (%s) is ended first', async (existing) => {
      const did = await doing({ existing }, 'subscribeToPush');
      expect(did).toEqual(['unsubscribe', ['subscribe', true, key], registered]);
    });

    test('where the cloud has no Web Push, the browser is not asked for anything', async () => {
      expect(await doing({ config: { kinds: ['fcm'] } }, 'subscribeToPush')).toEqual(['push_unavailable']);
    });

    test('it unsubscribes from both', async () => {
      expect(await doing({ existing: key }, 'unsubscribeFromPush')).toEqual(['unregister', 'unsubscribe']);
      expect(await doing({}, 'unsubscribeFromPush')).toEqual(['unregister']);
    });
  },
);
