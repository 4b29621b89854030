import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryStore, recover, register, resume, type Session, type SessionEvents } from '#client';
import { runningClock } from '#local';
import { linkComputer, listen, newComputer, newPhone, once, text } from '../fixtures/people.ts';
import { startApp } from '../fixtures/stage.ts';
import { issuer, signTicket, ticketClaims } from '../fixtures/tickets.ts';
import { startTestCloud } from '../fixtures/world.ts';

const day = 24 * 60 * 60 * 1000;

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** The first change of the own devices that a session tells and a test wants. */
const change = async (session: Session, wanted: (change: SessionEvents['devices']) => boolean) =>
  new Promise<SessionEvents['devices']>((resolve) => {
    const off = session.on('devices', (told) => {
      if (!wanted(told)) return;
      off();
      resolve(told);
    });
  });

describe('recovering an account', () => {
  test('a new phone takes the place of the lost one: all devices are told, and messages reach those of today', async () => {
    const [{ session: lost, store: lostStore }, { session: ben }] = await Promise.all([
      newPhone(endpoint),
      newPhone(endpoint),
    ]);
    await using _ = ben;
    await using computer = (await linkComputer(endpoint, lost)).session;
    const kept = await lost.exportRecovery();
    await ben.send({ to: lost.account, body: text('before') });
    const unlinked = once(lost, 'unlinked');
    const told = change(computer, ({ recovered }) => recovered);

    await using phone = await recover({ endpoint, store: memoryStore(), ...kept });

    expect(phone).toMatchObject({ account: lost.account, device: 3, isPrimary: true });
    await unlinked;
    expect(await told).toMatchObject({ added: [{ id: 3 }], removed: [1], list: { version: 3, primary: 3 } });
    const [atPhone, atComputer] = [listen(phone), listen(computer)];
    await ben.send({ to: phone.account, body: text('after') });
    expect(await atPhone.until(1)).toEqual(['after']);
    expect(await atComputer.until(2)).toEqual(['before', 'after']);

    const again = await resume({ store: lostStore });
    if (again === undefined) throw new Error('the lost phone still has its keys');
    await once(again, 'unlinked');
  });

  test('a recovered phone links and unlinks, and exports what recovers it again', async () => {
    const { session: first } = await newPhone(endpoint);
    const kept = await first.exportRecovery();
    await using second = await recover({ endpoint, store: memoryStore(), ...kept });
    await using computer = (await linkComputer(endpoint, second)).session;
    expect(computer.device).toBe(3);
    const unlinked = once(second, 'unlinked');

    // The backup of before is as good as the new one: the account's key is the same.
    await using third = await recover({ endpoint, store: memoryStore(), ...kept });
    await unlinked;

    expect(third.device).toBe(4);
    const gone = once(computer, 'unlinked');
    await third.unlink(computer.device);
    await gone;
    expect((await third.devices()).devices.map(({ id }) => id)).toEqual([4]);
  });

  test('a recovery that was cut off when it had come through goes on as the same device', async () => {
    const { session: lost } = await newPhone(endpoint);
    const kept = await lost.exportRecovery();
    const store = memoryStore();
    // The store fails at the last moment, as when the process is killed: nothing of the answer is kept.
    let writes = 0;
    const failing = {
      ...store,
      put: async (entries: Readonly<Record<string, unknown>>) => {
        writes += 1;
        if (writes > 1) throw new Error('killed');
        await store.put(entries);
      },
    };
    await expect(recover({ endpoint, store: failing, ...kept })).rejects.toThrow('killed');
    expect(await resume({ store })).toBeUndefined();

    await using phone = await recover({ endpoint, store, ...kept });

    expect(phone.device).toBe(2);
    expect(await phone.devices()).toMatchObject({ version: 2, primary: 2 });
  });
});

describe('deleting an account', () => {
  test('its devices are unlinked, nobody reaches or recovers it, and the phone remembers nothing', async () => {
    const [{ session: ada, store }, { session: ben }] = await Promise.all([newPhone(endpoint), newPhone(endpoint)]);
    await using _ = ben;
    const { session: computer } = await linkComputer(endpoint, ada);
    const kept = await ada.exportRecovery();
    await ben.send({ to: ada.account, body: text('hello') });
    const unlinked = once(computer, 'unlinked');

    await ada.deleteAccount({ confirmed: ada.account });

    await unlinked;
    expect(await store.list('')).toEqual([]);
    await expect(ben.send({ to: ada.account, body: text('are you there?') })).rejects.toMatchObject({
      code: 'account_gone',
    });
    const recovery = recover({ endpoint, store: memoryStore(), ...kept });
    await expect(recovery).rejects.toMatchObject({ code: 'account_gone' });
  });

  test('may be repeated by a phone that has not heard the answer', async () => {
    const { session, store } = await newPhone(endpoint);
    const copy = memoryStore();
    await copy.put(Object.fromEntries(await store.list('')));
    await session.deleteAccount({ confirmed: session.account });
    // As if the process had been killed after it had asked.
    await copy.put({ deleting: true });
    const again = await resume({ store: copy });

    await again?.deleteAccount({ confirmed: session.account });

    expect(await copy.list('')).toEqual([]);
  });
});

describe('taking a code back', () => {
  test('a phone that has scanned it is told, and cannot approve any more', async () => {
    await using phone = (await newPhone(endpoint)).session;
    const { linking } = newComputer(endpoint);
    const offer = await phone.scan(await linking.code());

    linking.cancel();

    await expect(linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });
    await offer.withdrawn;
    const late = offer.approve({ confirmed: offer.companion });
    await expect(late).rejects.toMatchObject({ code: 'pairing_cancelled' });
    expect((await phone.devices()).version).toBe(1);
  });

  test('a phone that scans it afterwards is told by name', async () => {
    await using phone = (await newPhone(endpoint)).session;
    const { linking } = newComputer(endpoint);
    const code = await linking.code();

    linking.cancel();
    await expect(linking.linked).rejects.toMatchObject({ code: 'linking_cancelled' });

    await expect(phone.scan(code)).rejects.toMatchObject({ code: 'pairing_cancelled' });
  });

  test('after the phone has approved it is too late: the computer is linked', async () => {
    await using phone = (await newPhone(endpoint)).session;
    const { linking } = newComputer(endpoint);
    const offer = await phone.scan(await linking.code());

    const approved = offer.approve({ confirmed: offer.companion });
    await approved;
    linking.cancel();

    await using computer = await linking.linked;
    expect((await phone.devices()).devices.map(({ id }) => id)).toEqual([1, computer.device]);
  });
});

test('every other device is told who was linked and unlinked, and when', async () => {
  await using phone = (await newPhone(endpoint)).session;
  await using first = (await linkComputer(endpoint, phone)).session;
  const linked = change(first, ({ added }) => added.length > 0);
  const before = Date.now();
  await using second = (await linkComputer(endpoint, phone)).session;

  const { added, removed, list } = await linked;
  expect({ added: added.map(({ id }) => id), removed }).toEqual({ added: [second.device], removed: [] });
  expect(added[0]?.linkedAt).toBeGreaterThan(before - 60_000);
  expect(list.issuedAt).toBe(added[0]?.linkedAt);

  const unlinked = change(first, ({ removed }) => removed.length > 0);
  await phone.unlink(second.device);
  expect(await unlinked).toMatchObject({ added: [], removed: [second.device], recovered: false });
});

test('a phone that was away for a month learns the time, renews its list, and its computer is told', async () => {
  const clock = runningClock();
  await using cloud = await startTestCloud({ clock });
  const { session: phone, store } = await newPhone(cloud.endpoint);
  const { session: computer, store: computers } = await linkComputer(cloud.endpoint, phone);
  await Promise.all([phone.close(), computer.close()]);
  await clock.advance(31 * day);

  await using back = await resume({ store: computers });
  if (back === undefined) throw new Error('the computer is still linked');
  const renewed = change(back, ({ list }) => list.version === 3);
  await using again = await resume({ store });

  const { list, added, removed } = await renewed;
  expect({ added, removed }).toEqual({ added: [], removed: [] });
  expect(list.issuedAt).toBeGreaterThan(Date.now() + 30 * day);
  expect([again?.device, again?.isStale(list)]).toEqual([1, false]);
});

test('a client that is older than the deployment allows is told to upgrade, and does not come back', async () => {
  await using old = await startApp({ 'tandem.minimumClient': '999.0.0' });
  old.app.synth();
  await using cloud = await startTestCloud({ app: old.app.outdir });
  const store = memoryStore();

  const registered = register({ endpoint: cloud.endpoint, store });

  await expect(registered).rejects.toMatchObject({ code: 'upgrade_required', message: /999\.0\.0 or later/ });
  const { linking } = newComputer(cloud.endpoint);
  await expect(linking.linked).rejects.toMatchObject({ code: 'upgrade_required' });
});

test('a phone with a ticket is admitted where nobody is without, and a ticket works once', async () => {
  const secret = 'a secret of forty characters and a few..';
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-secrets-'));
  const secrets = join(folder.path, 'secrets.json');
  await writeFile(secrets, JSON.stringify({ 'shop/tickets': secret }));
  await using shop = await startApp({
    'tandem.admission': 'ticket',
    'tandem.ticketIssuer': issuer,
    'tandem.ticketSecret': 'shop/tickets',
  });
  shop.app.synth();
  await using cloud = await startTestCloud({ app: shop.app.outdir, secrets });
  const admission = await signTicket(ticketClaims(new URL(cloud.endpoint).host), Buffer.from(secret));
  const attempt = (given: { admission?: string }) =>
    register({ endpoint: cloud.endpoint, store: memoryStore(), ...given });

  const refused = { code: 'admission_refused' };
  await expect(attempt({})).rejects.toMatchObject({ ...refused, details: { reason: 'missing' } });
  await using session = await attempt({ admission });
  expect(session.isPrimary).toBe(true);
  await expect(attempt({ admission })).rejects.toMatchObject({ ...refused, details: { reason: 'used' } });
});
