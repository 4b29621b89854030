import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Params } from '#protocol';
import { meet, meetPhones, messageOf, messageTo, send, toAll } from '../fixtures/mail.ts';
import { newToken, type PushCloud, startPushCloud } from '../fixtures/push-cloud.ts';
import { codeOf, connectDevice, connectGuest, type Identity, succeed } from '../fixtures/wire.ts';
import { deletion, recovery, registerAccount, startTestCloud } from '../fixtures/world.ts';
import { newKeyPair } from '../fixtures/accounts.ts';

let cloud: PushCloud;
beforeAll(async () => {
  cloud = await startPushCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const withToken = async (token: string) => (await cloud.phones.endpoints()).filter((one) => one.token === token);
const enabled = (token: string, platform = 'APNS') => [{ arn: expect.any(String), platform, token, enabled: true }];
const subscription = (endpoint: string) => ({
  endpoint,
  keys: {
    // RFC 8291, appendix A.
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
});
const chrome = (id: string) => subscription(`https://fcm.googleapis.com/fcm/send/${id}`);

/** Ada's phone, connected, and Ben's, woken by a token. */
const meetSleeping = async () => {
  const met = await meetPhones(cloud.endpoint, cloud.clock.now());
  const token = newToken();
  await cloud.register(met.ben.phone, { kind: 'apns', token });
  const wake = async () => {
    await send(met.phone, messageTo(met.ben));
    await cloud.noticed();
  };
  return { ...met, token, wake };
};

/** What a call of a device comes to. */
const refusal = async (device: Identity, params: Params<'push.register'>) => {
  await using wire = await connectDevice(cloud.endpoint, device, cloud.clock.now());
  return await codeOf(wire, 'push.register', params);
};

test('a device is told how it can be woken, and by which key browsers subscribe', async () => {
  await using met = await meetPhones(cloud.endpoint, cloud.clock.now());
  expect(await succeed(met.phone, 'push.config', {})).toEqual({
    kinds: ['apns', 'apns_sandbox', 'fcm', 'webpush'],
    webPushKey: expect.stringMatching(/^B[\w-]{86}$/),
  });
});

test('a cloud that was deployed without any secret says so, and refuses', async () => {
  await using bare = await startTestCloud();
  const { phone } = await registerAccount(bare.endpoint);
  await using wire = await connectDevice(bare.endpoint, phone);
  expect(await succeed(wire, 'push.config', {})).toEqual({ kinds: [] });
  expect(await codeOf(wire, 'push.register', { kind: 'fcm', token: 'token' })).toBe('push_unavailable');
  expect(await codeOf(wire, 'push.register', { kind: 'webpush', subscription: chrome('a') })).toBe('push_unavailable');
});

describe('a token', () => {
  test('may be registered again and again, and has one endpoint', async () => {
    await using met = await meetSleeping();
    const { ben, token } = met;
    for (const _ of [1, 2]) await cloud.register(ben.phone, { kind: 'apns', token });
    expect(await withToken(token)).toEqual(enabled(token));
  });

  test('that is renewed keeps its endpoint, which has the new token then', async () => {
    await using met = await meetSleeping();
    const { ben, token, wake } = met;
    const [before] = await withToken(token);
    const renewed = newToken();
    await cloud.register(ben.phone, { kind: 'apns', token: renewed });
    await cloud.released();

    expect(await withToken(token)).toEqual([]);
    expect(await withToken(renewed)).toEqual([{ ...before, token: renewed }]);
    await wake();
    expect([cloud.pushesTo(token).length, cloud.pushesTo(renewed).length]).toEqual([0, 1]);
  });

  test('of another kind takes the place of the former, whose endpoint is deleted', async () => {
    await using met = await meetSleeping();
    const { ben, token, wake } = met;
    const other = newToken();
    await cloud.register(ben.phone, { kind: 'fcm', token: other });
    await cloud.released();

    expect(await withToken(token)).toEqual([]);
    expect(await withToken(other)).toEqual(enabled(other, 'GCM'));
    await wake();
    expect([cloud.pushesTo(token).length, cloud.pushesTo(other).length]).toEqual([0, 1]);
  });

  test('whose endpoint was disabled is enabled again', async () => {
    await using met = await meetSleeping();
    const { ben, token, wake } = met;
    const [before] = await withToken(token);
    await cloud.phones.disable(before?.arn ?? '');
    await cloud.register(ben.phone, { kind: 'apns', token });

    expect(await withToken(token)).toEqual([before]);
    await wake();
    expect(cloud.pushesTo(token)).toHaveLength(1);
  });

  test('whose endpoint was deleted gets another', async () => {
    await using met = await meetSleeping();
    const { ben, token, wake } = met;
    const [before] = await withToken(token);
    await cloud.phones.remove(before?.arn ?? '');
    await cloud.register(ben.phone, { kind: 'apns', token });

    const [after] = await withToken(token);
    expect(after?.arn).not.toBe(before?.arn);
    await wake();
    expect(cloud.pushesTo(token)).toHaveLength(1);
  });

  test('that has an endpoint with other attributes, which SNS does not give out, gets that one', async () => {
    await using met = await meetPhones(cloud.endpoint, cloud.clock.now());
    const { ben } = met;
    const [token, renewed] = [newToken(), newToken()];
    const arns = [await cloud.phones.create('APNS', token), await cloud.phones.create('APNS', renewed)];
    await cloud.phones.disable(arns[1] ?? '');
    await cloud.register(ben.phone, { kind: 'apns', token });
    expect(await withToken(token)).toMatchObject([{ arn: arns[0], enabled: true }]);

    await cloud.register(ben.phone, { kind: 'apns', token: renewed });
    await cloud.released();
    expect(await withToken(renewed)).toMatchObject([{ arn: arns[1], enabled: true }]);
    expect(await withToken(token)).toEqual([]);
  });

  test('that is none is refused by name', async () => {
    await using met = await meetSleeping();
    for (const token of ['', 'XYZ', newToken().toUpperCase(), 'abc']) {
      expect(await refusal(met.ben.phone, { kind: 'apns', token })).toBe('invalid_params');
    }
  });
});

describe('a token has one owner', () => {
  test('within an account it moves, with its endpoint; the former owner can give up only what is its own', async () => {
    await using met = await meet(cloud.endpoint);
    const { ada, ben } = met;
    const token = newToken();
    await cloud.register(ada.companion, { kind: 'fcm', token });
    const [before] = await withToken(token);
    await succeed(met.phone, 'push.register', { kind: 'fcm', token });
    {
      await using computer = await connectDevice(cloud.endpoint, ada.companion, cloud.clock.now());
      await succeed(computer, 'push.unregister', {});
      await succeed(computer, 'devices.leave', {});
    }
    await cloud.released();

    expect(await withToken(token)).toEqual([before]);
    await cloud.goOffline(met.phone, ada.phone);
    await using other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
    await send(other, messageOf([toAll(ada.list, ada.account)]));
    await cloud.noticed();
    expect(cloud.pushesTo(token)).toHaveLength(1);
  });

  test('a stranger’s is refused, and the stranger goes on being woken by it', async () => {
    await using met = await meetSleeping();
    const { ada, token } = met;
    expect(await refusal(ada.phone, { kind: 'apns', token })).toBe('push_taken');

    await using phone = await connectDevice(cloud.endpoint, ada.phone, cloud.clock.now());
    await succeed(phone, 'push.unregister', {});
    await cloud.released();
    expect(await withToken(token)).toEqual(enabled(token));
    await send(phone, messageTo(met.ben));
    await cloud.noticed();
    expect(cloud.pushesTo(token)).toHaveLength(1);
  });

  test('one that was given up may be another’s, before and after it is forgotten', async () => {
    await using met = await meetSleeping();
    const { ada, ben, token } = met;
    {
      await using other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
      await succeed(other, 'push.unregister', {});
    }
    await cloud.register(ada.phone, { kind: 'apns', token });
    await cloud.released();
    expect(await withToken(token)).toEqual(enabled(token));
    await cloud.register(ada.phone, { kind: 'fcm', token: newToken() });
    await cloud.released();
    expect(await withToken(token)).toEqual([]);
    await cloud.register(ben.phone, { kind: 'apns', token });
    expect(await withToken(token)).toEqual(enabled(token));
  });
});

describe('an endpoint is deleted when its device', () => {
  test('unregisters', async () => {
    await using met = await meetSleeping();
    const { ben, token, wake } = met;
    await using other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
    for (const _ of [1, 2]) await succeed(other, 'push.unregister', {});
    await cloud.released();
    expect(await withToken(token)).toEqual([]);
    await cloud.goOffline(other, ben.phone);
    await wake();
    expect(cloud.pushesTo(token)).toEqual([]);
  });

  test('is unlinked by its phone, or leaves', async () => {
    for (const how of ['unlinked', 'left'] as const) {
      await using met = await meet(cloud.endpoint);
      const { ada, phone } = met;
      const token = newToken();
      await cloud.register(ada.companion, { kind: 'fcm', token });
      if (how === 'left') {
        await using computer = await connectDevice(cloud.endpoint, ada.companion, cloud.clock.now());
        await succeed(computer, 'devices.leave', {});
      } else {
        await succeed(phone, 'devices.update', { deviceList: ada.removing(ada.list, ada.companion.device) });
      }
      await cloud.released();
      expect(await withToken(token)).toEqual([]);
    }
  });

  test('goes with its account', async () => {
    await using met = await meetSleeping();
    const { ben, token } = met;
    await using other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
    await succeed(other, 'account.delete', deletion(cloud.endpoint, ben, cloud.clock.now()));
    await cloud.released();
    expect(await withToken(token)).toEqual([]);
  });

  test('is replaced by a recovery', async () => {
    await using met = await meetSleeping();
    const { ben, token } = met;
    await using guest = await connectGuest(cloud.endpoint);
    const list = ben.recovering(ben.first, newKeyPair().publicKey);
    await succeed(guest, 'account.recover', recovery(cloud.endpoint, ben, list));
    await cloud.released();
    expect(await withToken(token)).toEqual([]);
  });
});

/** Ada's computer, which sleeps and is woken by a token, and her phone, which is connected and told. */
const meetBroken = async () => {
  const met = await meet(cloud.endpoint);
  const { ada, ben, phone } = met;
  const token = newToken();
  await cloud.register(ada.companion, { kind: 'fcm', token });
  const other = await connectDevice(cloud.endpoint, ben.phone, cloud.clock.now());
  const wake = async () => {
    await send(other, messageOf([toAll(ada.list, ada.account)]));
    await cloud.noticed();
  };
  return {
    ada,
    phone,
    token,
    wake,
    [Symbol.asyncDispose]: async () => {
      await other[Symbol.asyncDispose]();
      await phone[Symbol.asyncDispose]();
    },
  };
};
/** How often a device was told, beside what has been taken. */
const events = ({ frames }: { frames: readonly object[] }) =>
  frames.filter((frame) => 'method' in frame && frame.method === 'push.broken');

describe('a device that cannot be reached any more', () => {
  test.for(['disabled', 'deleted'] as const)(
    'by an endpoint that is %s is told of to the others, once, and forgotten',
    async (how) => {
      await using met = await meetBroken();
      const { ada, phone, token, wake } = met;
      const [endpoint] = await withToken(token);
      await (how === 'disabled' ? cloud.phones.disable : cloud.phones.remove)(endpoint?.arn ?? '');

      await wake();
      expect(await phone.event('push.broken')).toEqual({ device: ada.companion.device });
      expect(await withToken(token)).toEqual([]);
      expect(await cloud.deviceOf(ada.companion)).not.toHaveProperty('push');

      await wake();
      expect(events(phone)).toEqual([]);
    },
  );

  test('because its provider takes the token no more is told of when SNS says so', async () => {
    await using met = await meetBroken();
    const { ada, phone, token, wake } = met;
    cloud.cloud.sns.provider.expire(token);
    await wake();
    expect(await phone.event('push.broken')).toEqual({ device: ada.companion.device });
    await expect.poll(() => cloud.left('Releases')).toBe(0);
    expect(await withToken(token)).toEqual([]);
    expect(await cloud.deviceOf(ada.companion)).not.toHaveProperty('push');
    expect(events(phone)).toEqual([]);
  });

  test('is woken again once it has registered anew', async () => {
    await using met = await meetBroken();
    const { ada, token, wake } = met;
    const [endpoint] = await withToken(token);
    await cloud.phones.disable(endpoint?.arn ?? '');
    await wake();
    await cloud.register(ada.companion, { kind: 'fcm', token });
    await wake();
    expect(cloud.pushesTo(token)).toHaveLength(1);
  });
});

describe('a subscription of a browser', () => {
  test('is taken for the push services of the browsers', async () => {
    await using met = await meetPhones(cloud.endpoint, cloud.clock.now());
    for (const url of [
      'https://fcm.googleapis.com/fcm/send/x',
      'https://updates.push.services.mozilla.com/wpush/v2/x',
      'https://wns2-par02p.notify.windows.com/w/?token=x',
      'https://web.push.apple.com/x',
    ]) {
      expect(
        await codeOf(met.phone, 'push.register', { kind: 'webpush', subscription: subscription(url) }),
      ).toBeUndefined();
    }
  });

  test.for([
    'https://localhost/x',
    'https://169.254.169.254/latest/meta-data',
    'https://fcm.googleapis.com:8443/x',
    'https://fcm.googleapis.com.example.org/x',
    'https://fcm.googleapis.com@example.org/x',
    'http://fcm.googleapis.com/x',
  ])('is refused for anybody else: %s', async (url) => {
    await using met = await meetPhones(cloud.endpoint, cloud.clock.now());
    const { error } = await met.phone.call('push.register', { kind: 'webpush', subscription: subscription(url) });
    expect(error?.data).toMatchObject({ code: 'invalid_params', details: [{ path: 'subscription.endpoint' }] });
  });

  test('is refused when its key is no point on the curve', async () => {
    await using met = await meetPhones(cloud.endpoint, cloud.clock.now());
    const { endpoint, keys } = chrome('x');
    const p256dh = `B${'A'.repeat(86)}`;
    const { error } = await met.phone.call('push.register', {
      kind: 'webpush',
      subscription: { endpoint, keys: { ...keys, p256dh } },
    });
    expect(error?.data).toMatchObject({ code: 'invalid_params', details: [{ path: 'subscription.keys.p256dh' }] });
  });
});
