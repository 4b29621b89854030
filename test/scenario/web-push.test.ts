import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { meet, messageOf, send, toAll } from '../fixtures/mail.ts';
import { startTls } from '../fixtures/over-tls.ts';
import { type PushCloud, startPushCloud } from '../fixtures/push-cloud.ts';
import { startPushService, subscribeBrowser } from '../fixtures/push-service.ts';
import { secret } from '../fixtures/watch-log.ts';
import { connectDevice } from '../fixtures/wire.ts';

const visibility = 60_000;

/** Has functions take any certificate. */
const trusting = (template: string) =>
  template.replaceAll('"ENDPOINT":', '"NODE_TLS_REJECT_UNAUTHORIZED":"0","ENDPOINT":');

let service: Awaited<ReturnType<typeof startPushService>>;
let tls: Awaited<ReturnType<typeof startTls>>;
let cloud: PushCloud;
beforeAll(async () => {
  service = await startPushService();
  tls = await startTls(service.url);
  cloud = await startPushCloud({ edit: trusting });
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await tls[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});
beforeEach(() => {
  service.pushed.splice(0);
  service.answerWith({ status: 201 });
});

/** Ada's phone, connected, and her computer, a browser that sleeps; Ben, who can write to her. */
const meetBrowser = async () => {
  const { ada, ben, phone } = await meet(cloud.endpoint);
  const path = `/fcm/send/${secret(randomUUID())}`;
  const browser = subscribeBrowser(`https://fcm.googleapis.com${path}`);
  await cloud.register(ada.companion, { kind: 'webpush', subscription: browser.subscription });
  // As if the name of the push service led to this machine, where it is not on the usual port.
  const subscription = { ...browser.subscription, endpoint: tls.url + path };
  const token = String((await cloud.deviceOf(ada.companion))?.['push']);
  const item = await cloud.directory.item(`T#${token}`, 'token');
  await cloud.directory.put({ ...item, pk: `T#${token}`, sk: 'token', target: { kind: 'webpush', subscription } });
  const other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
  return {
    ada,
    browser,
    path,
    phone,
    item: () => cloud.directory.item(`T#${token}`, 'token'),
    write: async (change: { urgent?: true; ttl?: number } = {}) => {
      await send(other, { ...messageOf([toAll(ada.list, ada.account)], 'hello', cloud.clock.now()), ...change });
    },
    [Symbol.asyncDispose]: async () => {
      await phone[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
};

test('a browser is woken by its push service, with nothing to be read but that it is to look', async () => {
  await using met = await meetBrowser();
  const { browser, path, write } = met;
  await write({ ttl: 600 });
  await cloud.noticed();
  await write({ urgent: true });
  await cloud.noticed();

  const [normal, urgent] = service.pushed;
  expect(normal).toMatchObject({
    path,
    headers: { urgency: 'normal', topic: 'tandem-wake', 'content-encoding': 'aes128gcm' },
  });
  expect(Math.abs(Number(normal?.headers['ttl']) - 600)).toBeLessThan(60);
  expect(urgent).toMatchObject({ headers: { urgency: 'high', ttl: String(28 * 24 * 3600) } });
  for (const { body } of service.pushed) expect(JSON.parse(browser.read(body))).toEqual({ event: 'relay.waiting' });
  expect(service.pushed).toHaveLength(2);
});

test.for([404, 410])(
  'a subscription that has expired, by %i, is forgotten, and the others are told once',
  async (status) => {
    await using met = await meetBrowser();
    const { ada, item, phone, write } = met;
    service.answerWith({ status });
    await write();
    await cloud.noticed();

    expect(await phone.event('push.broken')).toEqual({ device: ada.companion.device });
    expect(await item()).toBeUndefined();
    expect(await cloud.deviceOf(ada.companion)).not.toHaveProperty('push');
    await write({ urgent: true });
    await cloud.noticed();
    expect(service.pushed).toHaveLength(1);
    expect(phone.frames.filter((frame) => 'method' in frame && frame.method === 'push.broken')).toEqual([]);
  },
);

test('what a push service does not take now is sent later', async () => {
  await using met = await meetBrowser();
  const { item, write } = met;
  service.answerWith({ status: 503, headers: { 'retry-after': '30' } });
  await write();
  await expect.poll(() => service.pushed, { timeout: 20_000 }).toHaveLength(1);
  expect(await item()).toBeDefined();
  service.answerWith({ status: 201 });
  await expect.poll(() => cloud.left('Notices')).toBe(1);
  await cloud.clock.advance(visibility);
  await cloud.noticed();
  expect(service.pushed).toHaveLength(2);
});
