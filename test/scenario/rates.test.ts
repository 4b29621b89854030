import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MovableClock, standingClock } from '#local';
import type { DeviceList } from '#protocol';
import { newAccount, newKeyPair } from '../fixtures/accounts.ts';
import { startApp } from '../fixtures/stage.ts';
import {
  type Answer,
  codeOf,
  connectDevice,
  connectGuest,
  type Identity,
  newAddress,
  succeed,
  type Wire,
} from '../fixtures/wire.ts';
import { linkCompanion, recovery, registration, startTestCloud } from '../fixtures/world.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A function's own time goes on while it runs: it is later than the clock by less than this. */
const lag = 5000;

const prepare = async () => {
  await using stack = new AsyncDisposableStack();
  const { app } = stack.use(
    await startApp({
      'tandem.guestConnectionsPerMinute': 4,
      'tandem.guestCallsPerMinute': 3,
      'tandem.registrationsPerHour': 2,
      'tandem.deviceCallsPerMinute': 5,
    }),
  );
  app.synth();
  const cloud = stack.use(await startTestCloud({ app: app.outdir, clock }));
  const running = stack.move();
  return { endpoint: cloud.endpoint, stop: () => running.disposeAsync() };
};

// Time stands still but for a test's own moves, so that no period ends in the middle of a count.
const clock: MovableClock = standingClock(Math.ceil(Date.now() / hour) * hour + 10_000);
let endpoint: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ endpoint, stop } = await prepare());
});
afterAll(async () => {
  await stop();
});

const open = async (guest: Wire) => guest.call('pairing.open', { deviceKey: newKeyPair().publicKey });
const register = async (guest: Wire, account = newAccount(clock.now())) =>
  guest.call('account.register', registration(endpoint, account, clock.now()));

/** An account and its connected phone. */
const connectPhone = async () => {
  const account = newAccount(clock.now());
  await using guest = await connectGuest(endpoint);
  expect((await register(guest, account)).error).toBeUndefined();
  const phone: Identity = { account: account.account, device: 1, key: account.phone };
  return { account: { ...account, phone }, wire: await connectDevice(endpoint, phone, clock.now()) };
};

/** What is said to who has done too much: when to come again, to the end of the period. */
const expectLimited = ({ error }: Answer, period: number) => {
  expect(error?.data).toEqual({ code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) });
  const left = period - (clock.now() % period);
  expect(error?.data.retryAfterMs).toBeLessThanOrEqual(left);
  expect(error?.data.retryAfterMs).toBeGreaterThan(left - lag);
};

describe('guests of one network', () => {
  test('connect so often and no more; the next is refused at the handshake, others are not', async () => {
    const from = newAddress();
    for (const _ of [1, 2, 3, 4]) await (await connectGuest(endpoint, from)).close();
    await expect(connectGuest(endpoint, from)).rejects.toThrow('refused with 429');
    await (await connectGuest(endpoint)).close();
    await clock.advance(minute);
    await (await connectGuest(endpoint, from)).close();
  });

  test('call so often and no more, on however many connections; others are not touched', async () => {
    const from = newAddress();
    await using first = await connectGuest(endpoint, from);
    await using second = await connectGuest(endpoint, from);
    for (const guest of [first, second, first]) expect((await open(guest)).error).toBeUndefined();
    for (const guest of [first, second]) expectLimited(await open(guest), minute);
    expect((await first.call('session.time', {})).error).toBeUndefined();
    await using elsewhere = await connectGuest(endpoint);
    expect((await open(elsewhere)).error).toBeUndefined();

    const { error } = await open(first);
    await clock.advance((error?.data.retryAfterMs ?? 0) + lag);
    expect((await open(first)).error).toBeUndefined();
  });

  test('are counted exactly, however many call at once', async () => {
    await using guest = await connectGuest(endpoint);
    const answers = await Promise.all(Array.from({ length: 8 }, () => open(guest)));
    expect(answers.filter(({ error }) => error === undefined)).toHaveLength(3);
    for (const answer of answers.filter(({ error }) => error !== undefined)) expectLimited(answer, minute);
  });

  test('are counted for calls that fail as well', async () => {
    await using guest = await connectGuest(endpoint);
    const wrong = { pairing: 'A'.repeat(22), at: clock.now(), signature: 'A'.repeat(86) };
    for (const _ of [1, 2, 3]) expect(await codeOf(guest, 'pairing.collect', wrong)).toBe('pairing_unknown');
    expect(await codeOf(guest, 'pairing.collect', wrong)).toBe('rate_limited');
  });

  test('register or recover so many accounts an hour and no more, and what is refused is not made', async () => {
    const from = newAddress();
    const [first, second, third] = [newAccount(clock.now()), newAccount(clock.now()), newAccount(clock.now())];
    await using guest = await connectGuest(endpoint, from);
    expect((await register(guest, first)).error).toBeUndefined();
    expect((await register(guest, second)).error).toBeUndefined();
    await clock.advance(minute);
    expectLimited(await register(guest, third), hour);
    const recovered = first.recovering(first.first, newKeyPair().publicKey);
    expectLimited(await guest.call('account.recover', { ...recovery(endpoint, first, recovered) }), hour);
    const phone = { account: third.account, device: 1, key: third.phone };
    await expect(connectDevice(endpoint, phone, clock.now())).rejects.toThrow('refused with 403');

    await using elsewhere = await connectGuest(endpoint);
    expect((await register(elsewhere, third)).error).toBeUndefined();
  });
});

test('lists of accounts that there are use up no registrations, those of accounts that there are not do', async () => {
  await using elsewhere = await connectGuest(endpoint);
  const known = newAccount(clock.now());
  expect((await register(elsewhere, known)).error).toBeUndefined();
  await using guest = await connectGuest(endpoint);
  const bring = (deviceList: DeviceList) => guest.call('account.restore', { deviceList });
  for (const _ of [1, 2, 3]) expect((await bring(known.first)).error).toBeUndefined();
  expectLimited(await bring(known.first), minute);

  await clock.advance(minute);
  for (const _ of [1, 2]) expect((await bring(newAccount(clock.now()).first)).error).toBeUndefined();
  expectLimited(await bring(newAccount(clock.now()).first), hour);
});

describe('a device', () => {
  test('makes so many calls a minute and no more; those that are free, and other devices, are not touched', async () => {
    const { account, wire } = await connectPhone();
    await using phone = wire;
    // Two calls: scan and approve.
    const { companion, list } = await linkCompanion(endpoint, account, { phone, list: account.first });
    const renewed = account.next(list, {});
    for (const _ of [3, 4, 5]) await succeed(phone, 'devices.update', { deviceList: renewed });
    const refused = account.removing(renewed, companion.device);
    expectLimited(await phone.call('devices.update', { deviceList: refused }), minute);

    await using computer = await connectDevice(endpoint, companion, clock.now());
    expect(await succeed(computer, 'devices.list', { account: account.account })).toEqual({ deviceList: renewed });
    for (const _ of [1, 2, 3, 4, 5, 6]) await succeed(phone, 'session.time', {});
    await succeed(phone, 'relay.sync', {});

    await clock.advance(minute);
    expect(await succeed(phone, 'devices.update', { deviceList: refused })).toEqual({});
  });

  test('is not counted with the guests of its network, nor refused with them', async () => {
    const { account, wire } = await connectPhone();
    await using phone = wire;
    // Devices of these tests connect from here.
    const from = '127.0.0.1';
    await using guest = await connectGuest(endpoint, from);
    while ((await open(guest)).error === undefined);
    expect(await succeed(phone, 'devices.update', { deviceList: account.first })).toEqual({});
    for (const _ of [2, 3, 4]) await (await connectGuest(endpoint, from)).close();
    await expect(connectGuest(endpoint, from)).rejects.toThrow('refused with 429');
    await (await connectDevice(endpoint, account.phone, clock.now())).close();
  });

  test('is counted by its address, so that another connection is no new beginning', async () => {
    const { account, wire } = await connectPhone();
    await using phone = wire;
    for (const _ of [1, 2, 3, 4, 5]) await succeed(phone, 'devices.update', { deviceList: account.first });
    await using again = await connectDevice(endpoint, account.phone, clock.now());
    expectLimited(await again.call('devices.update', { deviceList: account.first }), minute);
  });
});
