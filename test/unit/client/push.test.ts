import { describe, expect, test } from 'vitest';
import { TandemError } from '#protocol';
import { startBrowser } from './browser.ts';
import { openSession, told } from './one-session.ts';

const phone = { kind: 'apns', token: 'ab12', silent: true } as const;
const browser = {
  kind: 'webpush',
  subscription: {
    endpoint: 'https://push.example.net/abc',
    keys: { p256dh: `B${'A'.repeat(85)}E`, auth: 'A'.repeat(22) },
  },
} as const;
const rules = {
  'push.config': () => ({ kinds: ['apns' as const, 'webpush' as const], webPushKey: 'BKey' }),
  'push.register': () => ({}),
  'push.unregister': () => ({}),
};

describe('a session', () => {
  test('hands over what its device is woken by, and takes it back', async () => {
    await using all = await openSession(1, () => rules);

    expect(await all.session.pushConfig()).toEqual({ kinds: ['apns', 'webpush'], webPushKey: 'BKey' });
    await all.session.registerPush(phone);
    await all.session.unregisterPush();

    expect(all.cloud.calls('push.register')).toMatchObject([{ params: phone }]);
    expect(all.cloud.calls('push.unregister')).toHaveLength(1);
  });

  test('says by name what the cloud refuses', async () => {
    await using all = await openSession(1, () => ({
      'push.register': () => {
        throw new TandemError('push_taken');
      },
    }));
    await expect(all.session.registerPush(phone)).rejects.toMatchObject({ code: 'push_taken', retryable: false });
  });

  test('tells of another device that cannot be woken any more', async () => {
    await using all = await openSession(1);
    const broken = told(all.session, 'push_broken');
    (await all.cloud.peer()).notify('push.broken', { device: 2 });
    await expect.poll(() => broken).toEqual([2]);
  });
});

test('every tab of a browser can do so, over one connection', async () => {
  await using all = await openSession(2, () => rules);
  await all.session.close();
  const tabs = startBrowser(all);
  const [leading, following] = [await tabs.openTab(), await tabs.openTab()];

  expect(await following.session.pushConfig()).toEqual({ kinds: ['apns', 'webpush'], webPushKey: 'BKey' });
  await following.session.registerPush(browser);
  await following.session.unregisterPush();

  expect(all.cloud.calls('push.register')).toMatchObject([{ params: browser }]);
  expect(all.cloud.calls('push.unregister')).toHaveLength(1);
  for (const { session } of [following, leading]) await session.close();
});
