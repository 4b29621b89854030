import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newAccount, newKeyPair, signBytes } from '../fixtures/accounts.ts';
import { meet, sealed } from '../fixtures/meeting.ts';
import { codeOf, connectDevice, connectGuest, succeed } from '../fixtures/wire.ts';
import { collection, openPairing, registration, startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

describe('linking', () => {
  test('a computer is linked by what its phone signed, and both see every step', async () => {
    await using met = await meet(cloud.endpoint, '127.0.0.1');
    const { phone, computer, key, pairing, deviceList, approval, account } = met;

    const scanned = await succeed(phone, 'pairing.scan', { pairing });
    expect(scanned).toMatchObject({ deviceKey: key.publicKey, companion: { address: '127.0.0.1', sameNetwork: true } });
    expect(await computer.event('pairing.scanned')).toMatchObject({ pairing });
    expect(await succeed(phone, 'pairing.approve', approval)).toEqual({ device: 2 });
    expect(await computer.event('pairing.approved')).toEqual({ pairing, sealed, deviceList });

    await using linked = await connectDevice(cloud.endpoint, { account: account.account, device: 2, key });
    expect(await succeed(linked, 'devices.list', { account: account.account })).toEqual({ deviceList });
  });

  test('the phone is told when the computer is in another network than it', async () => {
    await using met = await meet(cloud.endpoint, '127.0.0.9');
    const scanned = await succeed(met.phone, 'pairing.scan', { pairing: met.pairing });
    expect(scanned).toMatchObject({ companion: { address: '127.0.0.9', sameNetwork: false } });
  });

  test('the account’s other devices are told of a new one', async () => {
    await using met = await meet(cloud.endpoint);
    const { account, phone, pairing, deviceList, approval, key } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await succeed(phone, 'pairing.approve', approval);
    await using first = await connectDevice(cloud.endpoint, { account: account.account, device: 2, key });

    const another = newKeyPair();
    await using guest = await connectGuest(cloud.endpoint);
    const second = await openPairing(guest, another);
    await succeed(phone, 'pairing.scan', { pairing: second });
    const next = account.adding(deviceList, another.publicKey);
    await succeed(phone, 'pairing.approve', { pairing: second, deviceList: next, sealed });
    expect(await first.event('devices.changed')).toEqual({ deviceList: next });
  });

  test('scan, approve, deny and register may be repeated, and answer the same', async () => {
    await using met = await meet(cloud.endpoint);
    const { phone, pairing, approval } = met;
    expect(await succeed(phone, 'pairing.scan', { pairing })).toEqual(
      await succeed(phone, 'pairing.scan', { pairing }),
    );
    const once = await succeed(phone, 'pairing.approve', approval);
    expect(await succeed(phone, 'pairing.approve', approval)).toEqual(once);

    await using other = await meet(cloud.endpoint);
    await succeed(other.phone, 'pairing.scan', { pairing: other.pairing });
    for (const _ of [1, 2]) expect(await succeed(other.phone, 'pairing.deny', { pairing: other.pairing })).toEqual({});

    const account = newAccount();
    const params = registration(cloud.endpoint, account);
    for (const _ of [1, 2])
      expect(await succeed(met.computer, 'account.register', params)).toEqual({ account: account.account, device: 1 });
  });

  test('a computer whose socket died while the phone decided collects what was approved', async () => {
    await using met = await meet(cloud.endpoint);
    const { phone, computer, key, pairing, deviceList, approval } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await computer.close();
    await succeed(phone, 'pairing.approve', approval);
    await using again = await connectGuest(cloud.endpoint);
    const collected = await succeed(again, 'pairing.collect', collection(cloud.endpoint, pairing, key));
    expect(collected).toEqual({ state: 'approved', sealed, deviceList });
  });

  test('a computer that comes back before the decision is told at its new connection', async () => {
    await using met = await meet(cloud.endpoint);
    const { phone, computer, key, pairing, approval } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await computer.close();
    await using again = await connectGuest(cloud.endpoint);
    const collected = await succeed(again, 'pairing.collect', collection(cloud.endpoint, pairing, key));
    expect(collected).toEqual({ state: 'scanned' });
    await succeed(phone, 'pairing.approve', approval);
    expect(await again.event('pairing.approved')).toMatchObject({ pairing });
  });
});

describe('a code works once:', () => {
  test('a denied computer is told, and its code links nothing afterwards', async () => {
    await using met = await meet(cloud.endpoint);
    await succeed(met.phone, 'pairing.scan', { pairing: met.pairing });
    await succeed(met.phone, 'pairing.deny', { pairing: met.pairing });
    expect(await met.computer.event('pairing.denied')).toEqual({ pairing: met.pairing });
    expect(await codeOf(met.phone, 'pairing.approve', met.approval)).toBe('pairing_denied');
    expect(await codeOf(met.phone, 'pairing.scan', { pairing: met.pairing })).toBe('pairing_denied');
  });

  test('of two phones that scan it, one wins and the other is told so', async () => {
    await using met = await meet(cloud.endpoint);
    await using other = await meet(cloud.endpoint);
    const { pairing } = met;
    const scans = await Promise.all([met.phone, other.phone].map((phone) => phone.call('pairing.scan', { pairing })));
    const codes = scans.map(({ error }) => error?.data.code ?? 'scanned');
    expect(codes.toSorted()).toEqual(['pairing_taken', 'scanned']);
    const loser = codes[0] === 'scanned' ? other : met;
    const deviceList = loser.account.adding(loser.account.first, met.key.publicKey);
    expect(await codeOf(loser.phone, 'pairing.approve', { pairing, deviceList, sealed })).toBe('pairing_taken');
    expect(await codeOf(loser.phone, 'pairing.deny', { pairing })).toBe('pairing_taken');
  });

  test('an approved one is neither approved by another list, nor denied, nor scanned again', async () => {
    await using met = await meet(cloud.endpoint);
    const { phone, pairing, approval, account, key, deviceList } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    await succeed(phone, 'pairing.approve', approval);
    const again = { ...approval, deviceList: account.adding(deviceList, key.publicKey) };
    expect(await codeOf(phone, 'pairing.approve', again)).toBe('invalid_params');
    const renewed = { ...approval, deviceList: account.next(deviceList, {}) };
    expect(await codeOf(phone, 'pairing.approve', renewed)).toBe('pairing_approved');
    expect(await codeOf(phone, 'pairing.deny', { pairing })).toBe('pairing_approved');
    expect(await codeOf(phone, 'pairing.scan', { pairing })).toBe('pairing_approved');
  });

  test('one that nobody scanned can be replaced, a scanned one cannot', async () => {
    await using met = await meet(cloud.endpoint);
    const { phone, computer, pairing, key } = met;
    const next = { deviceKey: key.publicKey, replaces: pairing };
    expect(await succeed(computer, 'pairing.open', next)).toHaveProperty('pairing');
    expect(await codeOf(phone, 'pairing.scan', { pairing })).toBe('pairing_cancelled');

    await using other = await meet(cloud.endpoint);
    await succeed(other.phone, 'pairing.scan', { pairing: other.pairing });
    const replaces = { deviceKey: other.key.publicKey, replaces: other.pairing };
    expect(await codeOf(other.computer, 'pairing.open', replaces)).toBe('pairing_pending');
  });

  test('who merely knows it cannot cancel it', async () => {
    await using met = await meet(cloud.endpoint);
    await using stranger = await connectGuest(cloud.endpoint);
    const replaces = { deviceKey: newKeyPair().publicKey, replaces: met.pairing };
    expect(await succeed(stranger, 'pairing.open', replaces)).toHaveProperty('pairing');
    expect(await succeed(met.phone, 'pairing.scan', { pairing: met.pairing })).toHaveProperty('decideBy');
  });
});

describe('a phone is refused by name', () => {
  test('for a pairing that does not exist, or that it has not scanned', async () => {
    await using met = await meet(cloud.endpoint);
    const unknown = Buffer.alloc(16).toString('base64url');
    expect(await codeOf(met.phone, 'pairing.scan', { pairing: unknown })).toBe('pairing_unknown');
    expect(await codeOf(met.phone, 'pairing.deny', { pairing: unknown })).toBe('pairing_unknown');
    expect(await codeOf(met.phone, 'pairing.approve', met.approval)).toBe('pairing_unscanned');
    expect(await codeOf(met.phone, 'pairing.deny', { pairing: met.pairing })).toBe('pairing_unscanned');
  });

  test('for a list that is not its own word, or adds anything but the scanned device', async () => {
    await using met = await meet(cloud.endpoint);
    const { account, phone, pairing, deviceList, approval, key } = met;
    await succeed(phone, 'pairing.scan', { pairing });
    const stranger = newAccount();
    const lists = {
      signature_invalid: { ...deviceList, signature: stranger.first.signature },
      list_refused: account.adding(account.first, newKeyPair().publicKey),
      list_conflict: account.next(deviceList, {}),
    };
    for (const [code, list] of Object.entries(lists)) {
      expect(await codeOf(phone, 'pairing.approve', { ...approval, deviceList: list })).toBe(code);
    }
    const foreign = stranger.adding(stranger.first, key.publicKey);
    expect(await codeOf(phone, 'pairing.approve', { ...approval, deviceList: foreign })).toBe('signature_invalid');
    expect(await succeed(phone, 'pairing.approve', approval)).toEqual({ device: 2 });
  });
});

describe('a guest is refused by name', () => {
  test('for a statement of another time, host or key', async () => {
    await using met = await meet(cloud.endpoint);
    const { computer, key, pairing } = met;
    const good = collection(cloud.endpoint, pairing, key);
    expect(await codeOf(computer, 'pairing.collect', { ...good, at: good.at - 6 * 60_000 })).toBe('time_skewed');
    expect(await codeOf(computer, 'pairing.collect', { ...good, at: good.at + 1 })).toBe('signature_invalid');
    const elsewhere = collection('wss://relay.example.org/dev', pairing, key);
    expect(await codeOf(computer, 'pairing.collect', elsewhere)).toBe('signature_invalid');
    const stolen = collection(cloud.endpoint, pairing, newKeyPair());
    expect(await codeOf(computer, 'pairing.collect', stolen)).toBe('signature_invalid');
    expect(await succeed(computer, 'pairing.collect', good)).toEqual({ state: 'opened' });
  });

  test('for registering what is no beginning, or not its own', async () => {
    await using guest = await connectGuest(cloud.endpoint);
    const account = newAccount();
    const good = registration(cloud.endpoint, account);
    const second = account.adding(account.first, newKeyPair().publicKey);
    expect(await codeOf(guest, 'account.register', { ...good, deviceList: second })).toBe('list_refused');
    expect(await codeOf(guest, 'account.register', { ...good, at: good.at - 6 * 60_000 })).toBe('time_skewed');
    const foreign = { ...good, signature: signBytes(newKeyPair(), Buffer.from('x')) };
    expect(await codeOf(guest, 'account.register', foreign)).toBe('signature_invalid');
    await succeed(guest, 'account.register', good);
    const other = account.signList({ ...account.first, issuedAt: account.first.issuedAt + 1 });
    const changed = registration(cloud.endpoint, { ...account, first: other });
    expect(await codeOf(guest, 'account.register', changed)).toBe('account_exists');
  });
});

describe('changing the list', () => {
  test('the list of another account, of yesterday, or with a device added is refused, and the current one told', async () => {
    await using met = await meet(cloud.endpoint);
    const { account, phone } = met;
    const stranger = newAccount();
    const renewed = account.next(account.first, {});
    expect(await succeed(phone, 'devices.update', { deviceList: renewed })).toEqual({});
    expect(await succeed(phone, 'devices.update', { deviceList: renewed })).toEqual({});

    const foreign = stranger.next(stranger.first, {});
    expect(await codeOf(phone, 'devices.update', { deviceList: foreign })).toBe('signature_invalid');
    const adding = account.adding(renewed, newKeyPair().publicKey);
    expect(await codeOf(phone, 'devices.update', { deviceList: adding })).toBe('list_refused');
    const stale = account.next(account.first, { issuedAt: 1 });
    const { error } = await phone.call('devices.update', { deviceList: stale });
    expect(error?.data).toMatchObject({ code: 'list_conflict', details: { deviceList: renewed } });
  });

  test('of two lists for the same place exactly one is taken', async () => {
    await using met = await meet(cloud.endpoint);
    const { account, phone } = met;
    const rivals = [1, 2, 3].map((issuedAt) => account.next(account.first, { issuedAt }));
    const answers = await Promise.all(rivals.map((deviceList) => phone.call('devices.update', { deviceList })));
    const codes = answers.map(({ error }) => error?.data.code ?? 'taken');
    expect(codes.toSorted()).toEqual(['list_conflict', 'list_conflict', 'taken']);
  });

  test('the primary cannot leave its account', async () => {
    await using met = await meet(cloud.endpoint);
    expect(await codeOf(met.phone, 'devices.leave', {})).toBe('list_refused');
  });
});
