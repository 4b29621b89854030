import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createWebPush } from '../../../functions/push/web-push.ts';
import { parseVapidKey, publicVapidKey } from '../../../functions/shared/vapid-key.ts';
import { readVapid, startPushService, subscribeBrowser } from '../../fixtures/push-service.ts';

const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const key = parseVapidKey('key', JSON.stringify(jwk));
const settings = { subject: 'mailto:push@example.org', publicKey: publicVapidKey(key), secret: 'key' };
const delivery = { ttl: 3600, urgency: 'normal', topic: 'tandem' } as const;

const nobody = () => Promise.reject(new TypeError('fetch failed'));
const senderTo = ({ fetch }: { fetch: (url: string, init: RequestInit) => Promise<Response> }) =>
  createWebPush(settings, { privateKey: async () => key.d, fetch });

describe('a browser', () => {
  test('reads with its own keys that something waits, and nothing else', async () => {
    await using service = await startPushService();
    const browser = subscribeBrowser();

    expect(await senderTo(service).send(browser.subscription, delivery)).toBe('sent');

    const [pushed] = service.pushed;
    expect(browser.read(pushed?.body ?? Buffer.of())).toBe('{"event":"relay.waiting"}');
    expect(() => subscribeBrowser().read(pushed?.body ?? Buffer.of())).toThrow('unable to authenticate data');
  });

  test('is sent the same every time, in other ciphertext', async () => {
    await using service = await startPushService();
    const [one, other] = [subscribeBrowser(), subscribeBrowser()];
    const { send } = senderTo(service);
    await send(one.subscription, delivery);
    await send(one.subscription, { ttl: 1, urgency: 'high' });
    await send(other.subscription, delivery);

    const bodies = service.pushed.map(({ body }) => body);
    expect(new Set(bodies.map(({ length }) => length)).size).toBe(1);
    expect(new Set(bodies.map((body) => body.toString('hex'))).size).toBe(3);
    expect([one, one, other].map(({ read }, i) => read(bodies[i] ?? Buffer.of()))).toEqual(
      Array.from({ length: 3 }, () => '{"event":"relay.waiting"}'),
    );
  });
});

describe('a push service', () => {
  test('is asked as RFC 8030 §5 and RFC 8188 have it', async () => {
    await using service = await startPushService();
    const { subscription } = subscribeBrowser('https://push.example.net/send/abc?token=1');

    await senderTo(service).send(subscription, { ttl: 0, urgency: 'high', topic: 'tandem' });

    expect(service.pushed).toMatchObject([
      {
        method: 'POST',
        path: '/send/abc?token=1',
        headers: { ttl: '0', urgency: 'high', topic: 'tandem', 'content-encoding': 'aes128gcm' },
      },
    ]);
  });

  test('can tell who sends, for its own origin and for a day at most (RFC 8292 §2)', async () => {
    await using service = await startPushService();
    await senderTo(service).send(subscribeBrowser().subscription, delivery);

    const { authorization } = service.pushed[0]?.headers ?? {};
    const told = await readVapid(authorization, { origin: 'https://push.example.net' });
    expect(told).toMatchObject({ publicKey: settings.publicKey, sub: 'mailto:push@example.org' });
    const hours = ((told.exp ?? 0) * 1000 - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(1);
    expect(hours).toBeLessThan(24);
  });

  test.for([404, 410])('that answers %i knows the subscription no more', async (status) => {
    await using service = await startPushService({ status });
    expect(await senderTo(service).send(subscribeBrowser().subscription, delivery)).toBe('gone');
  });

  test.for([400, 403, 429, 500, 503])('that answers %i is to be asked again', async (status) => {
    await using service = await startPushService({ status });
    await expect(senderTo(service).send(subscribeBrowser().subscription, delivery)).rejects.toMatchObject({
      name: `PushService${status}`,
    });
  });

  test('cannot lead elsewhere', async () => {
    await using elsewhere = await startPushService();
    await using service = await startPushService({ status: 307, headers: { location: elsewhere.url } });
    await expect(senderTo(service).send(subscribeBrowser().subscription, delivery)).rejects.toMatchObject({
      name: 'PushService307',
    });
    expect(elsewhere.pushed).toEqual([]);
  });

  test('that is not there is to be asked again', async () => {
    await expect(senderTo({ fetch: nobody }).send(subscribeBrowser().subscription, delivery)).rejects.toMatchObject({
      name: 'PushServiceUnreachable',
    });
  });
});

test('no failure says where a browser is reached', async () => {
  await using service = await startPushService({ status: 500 });
  const { subscription } = subscribeBrowser('https://push.example.net/whose-secret-path');
  const failure: unknown = await senderTo(service)
    .send(subscription, delivery)
    .catch((error: unknown) => error);
  expect(String(failure)).toBe('PushService500: The push service answered 500.');
});
