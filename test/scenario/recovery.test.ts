import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runningClock } from '#local';
import { limits } from '#protocol';
import { newAccount, newKeyPair } from '../fixtures/accounts.ts';
import { codeOf, connectDevice, connectGuest, type Identity, succeed } from '../fixtures/wire.ts';
import {
  collection,
  linkCompanion,
  openPairing,
  recovery,
  registerAccount,
  registration,
  startTestCloud,
} from '../fixtures/world.ts';

/** Moved on where there is nothing to see but that time passes. */
const clock = runningClock();
let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud({ clock });
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** An account whose phone and computer are connected, and a new phone that has its identity key. */
const lose = async () => {
  const account = await registerAccount(endpoint);
  await using stack = new AsyncDisposableStack();
  const former = stack.use(await connectDevice(endpoint, account.phone));
  const { companion, list } = await linkCompanion(endpoint, account, { phone: former, list: account.first });
  const computer = stack.use(await connectDevice(endpoint, companion));
  const guest = stack.use(await connectGuest(endpoint));
  const key = newKeyPair();
  const deviceList = account.recovering(list, key.publicKey);
  const recovered: Identity = { account: account.account, device: deviceList.primary, key };
  const statement = recovery(endpoint, account, deviceList);
  const moved = stack.move();
  const parts = { account, former, companion, computer, list, guest, deviceList, recovered, statement };
  return { ...parts, [Symbol.asyncDispose]: () => moved.disposeAsync() };
};

describe('whoever holds the identity key', () => {
  test('makes a new phone the primary; the former is told, closed and never comes back, the others are told', async () => {
    await using lost = await lose();
    const { account, former, computer, guest, deviceList, recovered, statement } = lost;

    expect(await succeed(guest, 'account.recover', statement)).toEqual({ device: 3 });

    expect(await former.event('session.revoked')).toEqual({});
    expect(await codeOf(former, 'devices.list', { account: account.account })).toBe('unlinked');
    expect(await codeOf(former, 'relay.sync', {})).toBe('unlinked');
    expect(await computer.event('devices.changed')).toEqual({ deviceList });
    await clock.advance(limits.farewell);
    expect(await former.closed).toBe(1000);
    await expect(connectDevice(endpoint, account.phone)).rejects.toThrow('refused with 403');

    await using phone = await connectDevice(endpoint, recovered);
    const renewed = account.next(deviceList, {});
    expect(await succeed(phone, 'devices.update', { deviceList: renewed })).toEqual({});
    expect(await succeed(computer, 'devices.list', { account: account.account })).toEqual({ deviceList: renewed });
  });

  test('may say it again, as it was or signed anew, and is answered the same', async () => {
    await using lost = await lose();
    const { account, guest, computer, deviceList, statement } = lost;
    const once = await succeed(guest, 'account.recover', statement);
    expect(await succeed(guest, 'account.recover', statement)).toEqual(once);
    expect(await succeed(guest, 'account.recover', recovery(endpoint, account, deviceList))).toEqual(once);
    await computer.event('devices.changed');
    await succeed(computer, 'session.time', {});
    expect(computer.frames).toEqual([]);
  });

  test('and does not know the current list learns it, and recovers upon that', async () => {
    await using lost = await lose();
    const { account, guest, list } = lost;
    const guess = account.recovering(account.first, newKeyPair().publicKey);
    const { error } = await guest.call('account.recover', recovery(endpoint, account, guess));
    expect(error?.data).toMatchObject({ code: 'list_conflict', details: { deviceList: list } });
    const next = account.recovering(list, newKeyPair().publicKey);
    expect(await succeed(guest, 'account.recover', recovery(endpoint, account, next))).toEqual({ device: 3 });
  });

  test('can recover again and again, each time from the phone before', async () => {
    await using lost = await lose();
    const { account, guest, statement, deviceList } = lost;
    await succeed(guest, 'account.recover', statement);
    const next = account.recovering(deviceList, newKeyPair().publicKey);
    expect(await succeed(guest, 'account.recover', recovery(endpoint, account, next))).toEqual({ device: 4 });
    await expect(connectDevice(endpoint, lost.recovered)).rejects.toThrow('refused with 403');
  });
});

describe('nobody else learns or changes anything:', () => {
  test('a statement by another key, about another list, for another host or of another time', async () => {
    await using lost = await lose();
    const { account, guest, statement, deviceList, list, former } = lost;
    const stranger = newAccount();
    const elsewhere = recovery('wss://relay.example.org/dev', account, deviceList);
    const about = account.recovering(list, newKeyPair().publicKey);
    for (const wrong of [
      recovery(endpoint, stranger, deviceList),
      { ...statement, deviceList: about },
      { ...statement, at: statement.at + 1 },
      elsewhere,
    ]) {
      const { error } = await guest.call('account.recover', wrong);
      expect(error?.data).toEqual({ code: 'signature_invalid', retryable: false });
    }
    const early = { ...statement, at: statement.at - 6 * 60_000 };
    expect(await codeOf(guest, 'account.recover', early)).toBe('time_skewed');
    expect(await succeed(former, 'devices.list', { account: account.account })).toEqual({ deviceList: list });
  });

  test('a registration’s signature does not recover, nor a recovery’s register', async () => {
    await using lost = await lose();
    const { account, guest, deviceList, statement } = lost;
    const registering = registration(endpoint, { ...account, first: deviceList });
    expect(await codeOf(guest, 'account.recover', registering)).toBe('signature_invalid');
    const first = recovery(endpoint, account, account.first);
    expect(await codeOf(guest, 'account.register', first)).toBe('signature_invalid');
    expect(await succeed(guest, 'account.recover', statement)).toEqual({ device: 3 });
  });

  test('a list under the account’s name that another has signed, or of an account that there is not', async () => {
    await using lost = await lose();
    const { account, guest, list } = lost;
    const stranger = newAccount();
    const key = newKeyPair().publicKey;
    const forged = stranger.recovering(list, key);
    expect(forged.identityKey).toBe(account.identity.publicKey);
    expect(await codeOf(guest, 'account.recover', recovery(endpoint, account, forged))).toBe('signature_invalid');
    expect(await codeOf(guest, 'account.recover', recovery(endpoint, stranger, forged))).toBe('signature_invalid');
    const unknown = stranger.recovering(stranger.first, key);
    expect(await codeOf(guest, 'account.recover', recovery(endpoint, stranger, unknown))).toBe('account_unknown');
  });

  test('a stale guess of somebody without the key is not told the current list', async () => {
    await using lost = await lose();
    const { account, guest } = lost;
    const guess = account.recovering(account.first, newKeyPair().publicKey);
    const { error } = await guest.call('account.recover', recovery(endpoint, newAccount(), guess));
    expect(error?.data).toEqual({ code: 'signature_invalid', retryable: false });
  });

  test('a list that does not put one new phone in the place of the former', async () => {
    await using lost = await lose();
    const { account, guest, list, former } = lost;
    const [, companion] = list.devices;
    const promoted = account.next(list, { primary: companion?.id ?? 0 });
    const swapped = account.recovering(list, newKeyPair().publicKey);
    const alone = account.signList({ ...swapped, devices: swapped.devices.filter(({ id }) => id !== companion?.id) });
    for (const wrong of [
      account.next(list, {}),
      account.adding(list, newKeyPair().publicKey),
      account.removing(list, companion?.id ?? 0),
      promoted,
      alone,
    ]) {
      expect(await codeOf(guest, 'account.recover', recovery(endpoint, account, wrong))).toBe('list_refused');
    }
    expect(await succeed(former, 'devices.list', { account: account.account })).toEqual({ deviceList: list });
  });

  test('a phone that is linked still cannot make itself the primary by an update', async () => {
    await using lost = await lose();
    const { former, computer, deviceList } = lost;
    expect(await codeOf(former, 'devices.update', { deviceList })).toBe('list_refused');
    expect(await codeOf(computer, 'devices.update', { deviceList })).toBe('companions_refused');
  });
});

describe('at the same time', () => {
  test('of two recoveries one is taken, and the other is told which list came first', async () => {
    await using lost = await lose();
    const { account, list } = lost;
    const rivals = [newKeyPair(), newKeyPair(), newKeyPair()].map((key) => ({
      key,
      list: account.recovering(list, key.publicKey),
    }));
    const answers = await Promise.all(
      rivals.map(async (rival) => {
        await using guest = await connectGuest(endpoint);
        return await guest.call('account.recover', recovery(endpoint, account, rival.list));
      }),
    );
    const taken = rivals.filter((_, i) => answers[i]?.error === undefined);
    expect(taken).toHaveLength(1);
    const told = answers.flatMap(({ error }) => (error === undefined ? [] : [error.data]));
    for (const one of told) {
      expect(one).toMatchObject({ code: 'list_conflict', details: { deviceList: taken[0]?.list } });
    }
    for (const { key, list } of rivals) {
      const connecting = connectDevice(endpoint, { account: account.account, device: list.primary, key });
      if (list === taken[0]?.list) await (await connecting).close();
      else await expect(connecting).rejects.toThrow('refused with 403');
    }
  });

  test('a recovery and an approval: one is made, and no device is linked by half', async () => {
    await using lost = await lose();
    const { account, former, list, guest, statement, recovered } = lost;
    const key = newKeyPair();
    await using screen = await connectGuest(endpoint);
    const pairing = await openPairing(screen, key);
    await succeed(former, 'pairing.scan', { pairing });
    const approval = { pairing, deviceList: account.adding(list, key.publicKey), sealed: 'AAAA' };

    const [approved, taken] = await Promise.all([
      former.call('pairing.approve', approval),
      guest.call('account.recover', statement),
    ]);

    const codes = [approved, taken].map(({ error }) => error?.data.code ?? 'made');
    expect([
      ['made', 'list_conflict'],
      ['list_conflict', 'made'],
      ['unlinked', 'made'],
    ]).toContainEqual(codes);
    const collected = await succeed(screen, 'pairing.collect', collection(endpoint, pairing, key));
    const linking = connectDevice(endpoint, { account: account.account, device: 3, key });
    if (codes[0] === 'made') {
      await (await linking).close();
      expect(collected).toMatchObject({ state: 'approved', deviceList: approval.deviceList });
    } else {
      await expect(linking).rejects.toThrow('refused with 403');
      expect(collected).toEqual({ state: 'scanned' });
      await (await connectDevice(endpoint, recovered)).close();
    }
  });
});
