import { generateKeyPairSync } from 'node:crypto';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWebPush } from '../../../functions/push/web-push.ts';
import { parseVapidKey, publicVapidKey } from '../../../functions/shared/vapid-key.ts';
import { browserPath } from '../../fixtures/browser.ts';
import { openPushPage, type PushPage } from '../../fixtures/push-page.ts';
import { startPushService, subscribeBrowser } from '../../fixtures/push-service.ts';

/** A browser takes its time on a busy machine. */
const soon = { timeout: 20_000 };

/** What the cloud sends to a browser, as it comes out of the encryption. */
const pushedByCloud = async (): Promise<string> => {
  await using service = await startPushService();
  const { subscription, read } = subscribeBrowser();
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const key = parseVapidKey('key', JSON.stringify(jwk));
  const { send } = createWebPush(
    { subject: 'mailto:push@example.org', publicKey: publicVapidKey(key), secret: 'key' },
    { privateKey: async () => key.d, fetch: service.fetch },
  );
  await send(subscription, { ttl: 60, urgency: 'high' });
  return read(service.pushed[0]?.body ?? Buffer.of());
};

/** A worker without a browser around it, for the events that only a browser can cause. */
const standIn = `
const heard = {}, did = [];
const client = { focus: async () => did.push('focus') };
const worker = {
  addEventListener: (name, listener) => { heard[name] = listener; },
  clients: { matchAll: async () => given.pages ? [client] : [], openWindow: async (url) => did.push('open ' + url) },
  registration: { pushManager: { subscribe: async (options) => { did.push(options); return renewed; } } },
};
const keys = { p256dh: 'B' + 'A'.repeat(86), auth: 'A'.repeat(22) };
const subscriptionOf = (name) => ({
  options: { applicationServerKey: 'the key' },
  toJSON: () => ({ endpoint: 'https://push.example.net/' + name, expirationTime: null, keys }),
});
const renewed = subscriptionOf('renewed');
tandem.serveWakeups(worker, { page: '/chat', notice: () => undefined, register: async (one) => did.push(one) });
const cause = async (name, event) => {
  const waited = [];
  heard[name]({ ...event, waitUntil: (work) => waited.push(work) });
  await Promise.all(waited);
};
`;

describe.skipIf(browserPath === undefined)(
  'in a browser (install Chromium, or name one in CHROMIUM, to run these)',
  () => {
    const disposables = new AsyncDisposableStack();
    let opened: PushPage;
    const shown = () => opened.worker.evaluate('shown');
    const asked = () => opened.worker.evaluate('asked');
    /** What a stand-in's worker does when something happens. */
    const causing = (given: object, happening: string) =>
      opened.worker.evaluate(
        `(async () => { const given = ${JSON.stringify(given)}; ${standIn} await ${happening}; return did; })()`,
      );

    beforeAll(async () => {
      const { path } = disposables.use(await mkdtempDisposable(join(tmpdir(), 'tandem-push-')));
      opened = disposables.use(await openPushPage(path));
    });
    afterAll(() => disposables.disposeAsync());
    beforeEach(async () => {
      await opened.worker.evaluate('{ asked = 0; shown = []; }');
    });

    test('what the cloud pushes shows what the application says', async () => {
      await opened.push(await pushedByCloud());
      await expect.poll(shown, soon).toEqual([['New messages', 'for you']]);
      expect(await asked()).toBe(1);
    });

    test('a push of anybody else is left to the application', async () => {
      for (const other of ['', 'hello', '{"event":"sale"}', 'null']) await opened.push(other);
      await opened.push(await pushedByCloud());
      await expect.poll(shown, soon).toEqual([['New messages', 'for you']]);
      expect(await asked()).toBe(1);
    });

    test('the application may show nothing', async () => {
      await opened.worker.evaluate(`{ self.said = self.notice; self.notice = () => undefined; }`);
      await opened.push(await pushedByCloud());
      await expect.poll(asked, soon).toBe(1);
      await opened.worker.evaluate(`{ self.notice = self.said; }`);
      await opened.push(await pushedByCloud());
      await expect.poll(asked, soon).toBe(2);
      await expect.poll(shown, soon).toEqual([['New messages', 'for you']]);
    });

    test('the application learns whether its page is visible', async () => {
      await opened.page.goto('about:blank');
      await opened.push(await pushedByCloud());
      await expect.poll(shown, soon).toEqual([['New messages', 'come back']]);
      await opened.page.goBack();
    });

    test('a click takes the notification away, and shows a page that is open, or opens one', async () => {
      const click = `cause('notificationclick', { notification: { close: () => did.push('close') } })`;
      expect(await causing({ pages: true }, click)).toEqual(['close', 'focus']);
      expect(await causing({ pages: false }, click)).toEqual(['close', 'open /chat']);
    });

    test('a subscription that the browser has replaced is registered', async () => {
      const change = `cause('pushsubscriptionchange', { oldSubscription: subscriptionOf('old'), newSubscription: subscriptionOf('new') })`;
      const keys = { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) };
      expect(await causing({}, change)).toEqual([
        { kind: 'webpush', subscription: { endpoint: 'https://push.example.net/new', keys } },
      ]);
    });

    test('one that the browser has ended is renewed with the same key, and registered', async () => {
      const change = `cause('pushsubscriptionchange', { oldSubscription: subscriptionOf('old'), newSubscription: null })`;
      expect(await causing({}, change)).toMatchObject([
        { userVisibleOnly: true, applicationServerKey: 'the key' },
        { kind: 'webpush', subscription: { endpoint: 'https://push.example.net/renewed' } },
      ]);
    });

    test('one that nothing is known of waits for the next start of the application', async () => {
      const change = `cause('pushsubscriptionchange', { oldSubscription: null, newSubscription: null })`;
      expect(await causing({}, change)).toEqual([]);
    });
  },
);
