import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKeyPair } from '../fixtures/accounts.ts';
import { meet, sealed } from '../fixtures/meeting.ts';
import { codeOf, connectDevice, connectGuest, succeed } from '../fixtures/wire.ts';
import { cancellation, collection, openPairing, startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

describe('a computer withdraws its code', () => {
  test('before anybody has scanned it: a phone that does is told so', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key } = met;
    expect(await succeed(computer, 'pairing.cancel', cancellation(endpoint, pairing, key))).toEqual({});
    expect(await codeOf(phone, 'pairing.scan', { pairing })).toBe('pairing_cancelled');
    const collected = await succeed(computer, 'pairing.collect', collection(endpoint, pairing, key));
    expect(collected).toEqual({ state: 'cancelled' });
  });

  test('while its phone decides: the phone is told, and can do no more with it', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key, approval, companion } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    expect(await succeed(computer, 'pairing.cancel', cancellation(endpoint, pairing, key))).toEqual({});
    expect(await phone.event('pairing.cancelled')).toEqual({ pairing });
    expect(await codeOf(phone, 'pairing.approve', approval)).toBe('pairing_cancelled');
    expect(await codeOf(phone, 'pairing.deny', { pairing })).toBe('pairing_cancelled');
    expect(await codeOf(phone, 'pairing.scan', { pairing })).toBe('pairing_cancelled');
    await expect(connectDevice(endpoint, companion)).rejects.toThrow('refused with 403');
  });

  test('from another connection, when its first one has died', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await computer.close();
    await using again = await connectGuest(endpoint);
    expect(await succeed(again, 'pairing.cancel', cancellation(endpoint, pairing, key))).toEqual({});
    expect(await phone.event('pairing.cancelled')).toEqual({ pairing });
  });

  test('though its phone has gone away meanwhile', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key, account, approval } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await phone.close();
    expect(await succeed(computer, 'pairing.cancel', cancellation(endpoint, pairing, key))).toEqual({});
    await using back = await connectDevice(endpoint, account.phone);
    expect(await codeOf(back, 'pairing.approve', approval)).toBe('pairing_cancelled');
  });

  test('again, and is answered the same; the phone is told once', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    const statement = cancellation(endpoint, pairing, key);
    for (const _ of [1, 2]) expect(await succeed(computer, 'pairing.cancel', statement)).toEqual({});
    await phone.event('pairing.cancelled');
    await succeed(phone, 'session.time', {});
    expect(phone.frames).toEqual([]);
  });

  test('that was denied: it is withdrawn already, and stays denied', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await succeed(phone, 'pairing.deny', { pairing });
    expect(await succeed(computer, 'pairing.cancel', cancellation(endpoint, pairing, key))).toEqual({});
    expect(await codeOf(phone, 'pairing.scan', { pairing })).toBe('pairing_denied');
  });

  test('too late, when it was approved: it is linked, and can still collect', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key, approval, companion, deviceList } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await succeed(phone, 'pairing.approve', approval);
    expect(await codeOf(computer, 'pairing.cancel', cancellation(endpoint, pairing, key))).toBe('pairing_approved');
    const collected = await succeed(computer, 'pairing.collect', collection(endpoint, pairing, key));
    expect(collected).toEqual({ state: 'approved', sealed, deviceList });
    await (await connectDevice(endpoint, companion)).close();
  });

  test('at the same time as it is approved: one of the two happens, and both sides know which', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key, approval, companion } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    const [approved, cancelled] = await Promise.all([
      phone.call('pairing.approve', approval),
      computer.call('pairing.cancel', cancellation(endpoint, pairing, key)),
    ]);
    const codes = [approved, cancelled].map(({ error }) => error?.data.code);
    const linking = connectDevice(endpoint, companion);
    if (codes[0] === undefined) {
      expect(codes).toEqual([undefined, 'pairing_approved']);
      await (await linking).close();
      expect(await computer.event('pairing.approved')).toMatchObject({ pairing });
    } else {
      expect(codes).toEqual(['pairing_cancelled', undefined]);
      await expect(linking).rejects.toThrow('refused with 403');
      expect(await phone.event('pairing.cancelled')).toEqual({ pairing });
    }
  });
});

describe('nobody else withdraws it:', () => {
  test('a statement by another key, for another host or pairing, or of another time', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, key } = met;
    const good = cancellation(endpoint, pairing, key);
    const wrong = [
      cancellation(endpoint, pairing, newKeyPair()),
      cancellation('wss://relay.example.org/dev', pairing, key),
      { ...cancellation(endpoint, await openPairing(computer, newKeyPair()), key), pairing },
      collection(endpoint, pairing, key),
      { ...good, at: good.at + 1 },
    ];
    for (const statement of wrong) {
      expect(await codeOf(computer, 'pairing.cancel', statement)).toBe('signature_invalid');
    }
    expect(await codeOf(computer, 'pairing.cancel', { ...good, at: good.at - 6 * 60_000 })).toBe('time_skewed');
    expect(await succeed(phone, 'pairing.scan', { pairing })).toHaveProperty('decideBy');
  });

  test('a pairing that there is not cannot be withdrawn', async () => {
    await using guest = await connectGuest(endpoint);
    const unknown = Buffer.alloc(16).toString('base64url');
    const statement = cancellation(endpoint, unknown, newKeyPair());
    expect(await codeOf(guest, 'pairing.cancel', statement)).toBe('pairing_unknown');
  });
});
