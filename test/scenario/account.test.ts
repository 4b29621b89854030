import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { runningClock } from '#local';
import { limits } from '#protocol';
import { newAccount, newKeyPair, signBytes } from '../fixtures/accounts.ts';
import { codeOf, connectDevice, connectGuest, succeed } from '../fixtures/wire.ts';
import {
  collection,
  deletion,
  linkCompanion,
  newMessageId,
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

/** An account whose phone and computer are connected. */
const settle = async () => {
  const account = await registerAccount(endpoint);
  await using stack = new AsyncDisposableStack();
  const phone = stack.use(await connectDevice(endpoint, account.phone));
  const { companion, list } = await linkCompanion(endpoint, account, { phone, list: account.first });
  const computer = stack.use(await connectDevice(endpoint, companion));
  const moved = stack.move();
  return { account, phone, companion, computer, list, [Symbol.asyncDispose]: () => moved.disposeAsync() };
};
const Results = z.object({ results: z.array(z.object({ error: z.object({ data: z.object({ code: z.string() }) }) })) });

describe('deleting an account', () => {
  test('unlinks all its devices at once: they are told, closed, and never come back', async () => {
    await using settled = await settle();
    const { account, phone, companion, computer } = settled;

    expect(await succeed(phone, 'account.delete', deletion(endpoint, account))).toEqual({});

    expect(await computer.event('session.revoked')).toEqual({});
    expect(await codeOf(computer, 'relay.sync', {})).toBe('unlinked');
    expect(await codeOf(computer, 'devices.leave', {})).toBe('unlinked');
    expect(await codeOf(phone, 'devices.list', { account: account.account })).toBe('unlinked');
    await clock.advance(limits.farewell);
    expect(await Promise.all([phone.closed, computer.closed])).toEqual([1000, 1000]);
    expect(phone.frames).toEqual([]);
    for (const device of [account.phone, companion]) {
      await expect(connectDevice(endpoint, device)).rejects.toThrow('refused with 403');
    }
  });

  test('leaves a tombstone: nobody registers, recovers or reaches it any more, and is told why', async () => {
    await using settled = await settle();
    const { account, phone, list, companion } = settled;
    const other = await registerAccount(endpoint);
    await using sender = await connectDevice(endpoint, other.phone);
    await succeed(phone, 'account.delete', deletion(endpoint, account));

    await using guest = await connectGuest(endpoint);
    expect(await codeOf(guest, 'account.register', registration(endpoint, account))).toBe('account_gone');
    const recovering = account.recovering(list, newKeyPair().publicKey);
    expect(await codeOf(guest, 'account.recover', recovery(endpoint, account, recovering))).toBe('account_gone');
    expect(await codeOf(sender, 'devices.list', { account: account.account })).toBe('account_gone');
    const message = newMessageId();
    const devices = [1, companion.device].map((device) => ({ device, body: 0 }));
    const to = [{ account: account.account, version: list.version, devices }];
    const sent = await succeed(sender, 'relay.send', { messages: [{ message, bodies: ['AAAA'], to }] });
    expect(Results.parse(sent).results[0]?.error.data.code).toBe('account_gone');
    expect(await codeOf(sender, 'relay.signal', { signals: [{ message, bodies: ['AAAA'], to }] })).toBe('account_gone');
  });

  test('is done once: a repeat, and whoever replays the statement, finds the device unlinked', async () => {
    await using settled = await settle();
    const { account, phone } = settled;
    const statement = deletion(endpoint, account);
    const other = await registerAccount(endpoint);
    await using stranger = await connectDevice(endpoint, other.phone);
    await using guest = await connectGuest(endpoint);
    expect(await codeOf(stranger, 'account.delete', statement)).toBe('signature_invalid');
    expect(await codeOf(guest, 'account.delete', statement)).toBe('guests_refused');
    await succeed(phone, 'account.delete', statement);
    expect(await codeOf(phone, 'account.delete', statement)).toBe('unlinked');
    expect(await succeed(stranger, 'devices.list', { account: other.account })).toEqual({ deviceList: other.first });
  });

  test('needs the identity key’s word for it, at this host and of these minutes', async () => {
    await using settled = await settle();
    const { account, phone, computer, list } = settled;
    const good = deletion(endpoint, account);
    const byDevice = { ...account, identity: account.phone.key };
    const wrong = [
      deletion(endpoint, byDevice),
      deletion(endpoint, { ...account, account: newAccount().account }),
      deletion('wss://relay.example.org/dev', account),
      { ...good, at: good.at + 1 },
      { ...good, signature: signBytes(account.identity, Buffer.from('delete')) },
      { ...good, signature: registration(endpoint, account).signature },
    ];
    for (const statement of wrong) expect(await codeOf(phone, 'account.delete', statement)).toBe('signature_invalid');
    for (const minutes of [-6, 6]) {
      const at = Date.now() + minutes * 60_000;
      expect(await codeOf(phone, 'account.delete', deletion(endpoint, account, at))).toBe('time_skewed');
    }
    expect(await codeOf(computer, 'account.delete', good)).toBe('companions_refused');
    expect(await succeed(computer, 'devices.list', { account: account.account })).toEqual({ deviceList: list });
  });

  test('and approving a device at the same time never leaves a device of no account', async () => {
    await using settled = await settle();
    const { account, phone, list } = settled;
    const key = newKeyPair();
    await using screen = await connectGuest(endpoint);
    const pairing = await openPairing(screen, key);
    await succeed(phone, 'pairing.scan', { pairing });
    const approval = { pairing, deviceList: account.adding(list, key.publicKey), sealed: 'AAAA' };

    const [approved, deleted] = await Promise.all([
      phone.call('pairing.approve', approval),
      phone.call('account.delete', deletion(endpoint, account)),
    ]);

    expect(deleted.error).toBeUndefined();
    expect([undefined, 'unlinked']).toContain(approved.error?.data.code);
    const companion = { account: account.account, device: list.version + 1, key };
    await expect(connectDevice(endpoint, companion)).rejects.toThrow('refused with 403');
    const collected = await succeed(screen, 'pairing.collect', collection(endpoint, pairing, key));
    expect(collected).toMatchObject({ state: approved.error === undefined ? 'approved' : 'scanned' });
  });

  test('and changing its list at the same time deletes it, whichever comes first', async () => {
    await using settled = await settle();
    const { account, phone, companion, list } = settled;
    const [updated, deleted] = await Promise.all([
      phone.call('devices.update', { deviceList: account.removing(list, companion.device) }),
      phone.call('account.delete', deletion(endpoint, account)),
    ]);
    expect(deleted.error).toBeUndefined();
    expect([undefined, 'unlinked', 'account_gone']).toContain(updated.error?.data.code);
    await expect(connectDevice(endpoint, companion)).rejects.toThrow('refused with 403');
    await expect(connectDevice(endpoint, account.phone)).rejects.toThrow('refused with 403');
  });
});

describe('a device', () => {
  test('that leaves is closed, refused at its next call and its next connect, and the phone is told', async () => {
    await using settled = await settle();
    const { phone, computer, companion, account } = settled;
    expect(await succeed(computer, 'devices.leave', {})).toEqual({});
    expect(await phone.event('devices.left')).toEqual({ device: companion.device });
    expect(await codeOf(computer, 'relay.sync', {})).toBe('unlinked');
    expect(await codeOf(computer, 'devices.leave', {})).toBe('unlinked');
    expect(await codeOf(computer, 'devices.list', { account: account.account })).toBe('unlinked');
    await clock.advance(limits.farewell);
    expect(await computer.closed).toBe(1000);
    expect(computer.frames).toEqual([]);
    await expect(connectDevice(endpoint, companion)).rejects.toThrow('refused with 403');
    expect(await succeed(phone, 'relay.sync', {})).toEqual({ envelopes: [] });
  });

  test('that was unlinked is told, refused at its next call and its next connect, and closed', async () => {
    await using settled = await settle();
    const { phone, computer, companion, account, list } = settled;
    const deviceList = account.removing(list, companion.device);
    expect(await succeed(phone, 'devices.update', { deviceList })).toEqual({});
    expect(await computer.event('session.revoked')).toEqual({});
    expect(await codeOf(computer, 'devices.list', { account: account.account })).toBe('unlinked');
    expect(await codeOf(computer, 'relay.sync', {})).toBe('unlinked');
    expect(await codeOf(computer, 'devices.leave', {})).toBe('unlinked');
    await clock.advance(limits.farewell);
    expect(await computer.closed).toBe(1000);
    await expect(connectDevice(endpoint, companion)).rejects.toThrow('refused with 403');
    expect(await succeed(phone, 'devices.update', { deviceList })).toEqual({});
  });

  test('that was unlinked gets no more mail, whatever it did before', async () => {
    await using settled = await settle();
    const { phone, computer, companion, account, list } = settled;
    const other = await registerAccount(endpoint);
    await using sender = await connectDevice(endpoint, other.phone);
    const mailTo = (version: number, devices: number[]) => ({
      messages: [
        {
          message: newMessageId(),
          bodies: ['AAAA'],
          to: [{ account: account.account, version, devices: devices.map((device) => ({ device, body: 0 })) }],
        },
      ],
    });
    await succeed(sender, 'relay.send', mailTo(list.version, [1, companion.device]));
    await computer.event('relay.deliver');
    await succeed(phone, 'devices.update', { deviceList: account.removing(list, companion.device) });
    await computer.event('session.revoked');
    expect(await codeOf(computer, 'relay.sync', {})).toBe('unlinked');
    await succeed(sender, 'relay.send', mailTo(list.version + 1, [1]));
    await phone.event('relay.deliver');
    expect(computer.frames).toEqual([]);
  });
});
