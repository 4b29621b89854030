import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standingClock } from '#local';
import { collectStatement, limits } from '#protocol';
import { newAccount, newKeyPair, signBytes } from '../fixtures/accounts.ts';
import { meet, type Meeting, sealed } from '../fixtures/meeting.ts';
import { type Answer, codeOf, connectDevice, connectGuest, succeed } from '../fixtures/wire.ts';
import { collection, deletion, openPairing, recovery, registration, startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** As `meet`, the code scanned by the phone. */
const meetAndScan = async (at = endpoint) => {
  const met = await meet(at);
  await succeed(met.phone, 'pairing.scan', { pairing: met.pairing });
  return met;
};

const outcome = ({ error }: Answer): string => error?.data.code ?? 'done';

/** The companion is linked and can learn of it, or neither of it: nothing in between. */
const expectWhole = async (met: Meeting, linked: boolean, { at = endpoint, now = Date.now() } = {}) => {
  const { key, pairing, deviceList, companion, phone, account } = met;
  await using guest = await connectGuest(at);
  const collected = await succeed(guest, 'pairing.collect', collection(at, pairing, key));
  const current = await succeed(phone, 'devices.list', { account: account.account });
  if (linked) {
    expect(collected).toEqual({ state: 'approved', sealed, deviceList });
    expect(current).toEqual({ deviceList });
    await (await connectDevice(at, companion, now)).close();
  } else {
    expect(collected).not.toHaveProperty('sealed');
    expect(current).toEqual({ deviceList: account.first });
    await expect(connectDevice(at, companion, now)).rejects.toThrow('refused with 403');
  }
};

/** A function's own time goes on while it runs. */
const second = 1000;

/** A cloud whose time only the test moves. */
const startStill = async () => {
  const clock = standingClock();
  return { ...(await startTestCloud({ clock })), clock };
};

describe('when its time is up', () => {
  test('a code that nobody scanned is expired, to the phone and to the computer', async () => {
    await using still = await startStill();
    await using met = await meet(still.endpoint);
    const { phone, computer, pairing, key } = met;
    await still.clock.advance(limits.pairingScan - second);
    expect(await succeed(computer, 'pairing.collect', collection(still.endpoint, pairing, key))).toEqual({
      state: 'opened',
    });
    await still.clock.advance(2 * second);
    expect(await codeOf(phone, 'pairing.scan', { pairing })).toBe('pairing_expired');
    expect(await succeed(computer, 'pairing.collect', collection(still.endpoint, pairing, key))).toEqual({
      state: 'expired',
    });
    const replacing = { deviceKey: key.publicKey, replaces: pairing };
    expect(await succeed(computer, 'pairing.open', replacing)).toHaveProperty('pairing');
  });

  test('a scanned one is neither approved nor denied; an approved one is collected for ten minutes more', async () => {
    await using still = await startStill();
    const at = still.endpoint;
    await using met = await meetAndScan(at);
    await using late = await meetAndScan(at);
    await still.clock.advance(limits.pairingDecision - second);
    expect(await succeed(met.phone, 'pairing.approve', met.approval)).toEqual({ device: 2 });
    await still.clock.advance(2 * second);
    const { phone, pairing, approval } = late;
    expect(await codeOf(phone, 'pairing.approve', approval)).toBe('pairing_expired');
    expect(await codeOf(phone, 'pairing.deny', { pairing })).toBe('pairing_expired');
    expect(await codeOf(phone, 'pairing.scan', { pairing })).toBe('pairing_expired');
    expect(await codeOf(met.phone, 'pairing.scan', { pairing })).toBe('pairing_taken');
    const now = still.clock.now();
    await expectWhole(late, false, { at, now });
    await expectWhole(met, true, { at, now });
    expect(await succeed(met.phone, 'pairing.approve', met.approval)).toEqual({ device: 2 });

    await still.clock.advance(limits.pairingCollect);
    const later = still.clock.now();
    const signature = signBytes(met.key, collectStatement(new URL(at).host, later, met.pairing));
    await using guest = await connectGuest(at);
    const asking = { pairing: met.pairing, at: later, signature };
    expect(await succeed(guest, 'pairing.collect', asking)).toEqual({ state: 'expired' });
    await (await connectDevice(at, met.companion, later)).close();
  });

  test('an approval of that very moment is made whole or refused whole', async () => {
    await using still = await startStill();
    const at = still.endpoint;
    await using met = await meetAndScan(at);
    const { phone, approval } = met;
    await still.clock.advance(limits.pairingDecision - second);
    const [approved] = await Promise.all([phone.call('pairing.approve', approval), still.clock.advance(2 * second)]);
    expect(['done', 'pairing_expired']).toContain(outcome(approved));
    await expectWhole(met, approved.error === undefined, { at, now: still.clock.now() });
  });
});

describe('an approval', () => {
  test('that is sent three times at once is made once and answered the same', async () => {
    await using met = await meetAndScan();
    const { phone, computer, approval } = met;
    const answers = await Promise.all([1, 2, 3].map(() => phone.call('pairing.approve', approval)));
    expect(answers.map(({ result }) => result)).toEqual([1, 2, 3].map(() => ({ device: 2 })));
    expect(await computer.event('pairing.approved')).toMatchObject({ pairing: approval.pairing });
    await expectWhole(met, true);
  });

  test('beside a second one with another list is the only one', async () => {
    await using met = await meetAndScan();
    const { account, phone, approval, deviceList } = met;
    const rival = account.signList({ ...deviceList, issuedAt: deviceList.issuedAt + 1 });
    const lists = [deviceList, rival];
    const answers = await Promise.all(
      lists.map((deviceList) => phone.call('pairing.approve', { ...approval, deviceList })),
    );
    expect(answers.map(outcome).toSorted()).toEqual(['done', 'pairing_approved']);
    const taken = lists[answers.findIndex(({ error }) => error === undefined)] ?? deviceList;
    await expectWhole({ ...met, deviceList: taken }, true);
  });

  test('beside one of another computer links one of them, and the other upon that list', async () => {
    await using met = await meetAndScan();
    const { account, phone, approval, deviceList } = met;
    const key = newKeyPair();
    await using screen = await connectGuest(endpoint);
    const second = await openPairing(screen, key);
    await succeed(phone, 'pairing.scan', { pairing: second });
    const rival = { pairing: second, deviceList: account.adding(account.first, key.publicKey), sealed };
    const answers = await Promise.all([approval, rival].map((params) => phone.call('pairing.approve', params)));
    expect(answers.map(outcome).toSorted()).toEqual(['done', 'list_conflict']);
    const isFirst = answers[0]?.error === undefined;
    const [current, late, lateKey] = isFirst ? [deviceList, second, key] : [rival.deviceList, met.pairing, met.key];
    const next = account.adding(current, lateKey.publicKey);
    const after = { pairing: late, deviceList: next, sealed };
    expect(await succeed(phone, 'pairing.approve', after)).toEqual({ device: 3 });
    for (const { id } of next.devices.slice(1)) {
      const owner = [met.key, key].find(({ publicKey }) =>
        next.devices.some((one) => one.id === id && one.key === publicKey),
      );
      if (owner === undefined) throw new Error('The list has a device of neither computer.');
      await (await connectDevice(endpoint, { account: account.account, device: id, key: owner })).close();
    }
  });

  test('beside an unlinking: one list is taken, and the other is told which', async () => {
    await using met = await meetAndScan();
    const { account, phone, approval, deviceList } = met;
    await succeed(phone, 'pairing.approve', approval);
    const key = newKeyPair();
    await using screen = await connectGuest(endpoint);
    const pairing = await openPairing(screen, key);
    await succeed(phone, 'pairing.scan', { pairing });
    const adding = account.adding(deviceList, key.publicKey);
    const removing = account.removing(deviceList, 2);

    const answers = await Promise.all([
      phone.call('pairing.approve', { pairing, deviceList: adding, sealed }),
      phone.call('devices.update', { deviceList: removing }),
    ]);

    expect(answers.map(outcome).toSorted()).toEqual(['done', 'list_conflict']);
    const taken = answers[0]?.error === undefined ? adding : removing;
    const refused = answers.find(({ error }) => error !== undefined);
    expect(refused?.error?.data.details).toEqual({ deviceList: taken });
    for (const [device, owner] of [
      [2, met.key],
      [3, key],
    ] as const) {
      const connecting = connectDevice(endpoint, { account: account.account, device, key: owner });
      if (taken.devices.some(({ id }) => id === device)) await (await connecting).close();
      else await expect(connecting).rejects.toThrow('refused with 403');
    }
  });

  test('beside a denial is made or denied, and both sides hear the same', async () => {
    await using met = await meetAndScan();
    const { phone, computer, pairing, approval } = met;
    const answers = await Promise.all([
      phone.call('pairing.approve', approval),
      phone.call('pairing.deny', { pairing }),
    ]);
    const outcomes = answers.map(outcome);
    expect([
      ['done', 'pairing_approved'],
      ['pairing_denied', 'done'],
    ]).toContainEqual(outcomes);
    const heard = outcomes[0] === 'done' ? 'pairing.approved' : 'pairing.denied';
    expect(await computer.event(heard)).toMatchObject({ pairing });
    await expectWhole(met, outcomes[0] === 'done');
  });

  test('whose companion moves to another connection at that moment reaches it there, or waits for it', async () => {
    await using met = await meetAndScan();
    const { phone, computer, key, pairing, approval } = met;
    await computer.close();
    await using again = await connectGuest(endpoint);
    const [approved, collected] = await Promise.all([
      succeed(phone, 'pairing.approve', approval),
      succeed(again, 'pairing.collect', collection(endpoint, pairing, key)),
    ]);
    expect(approved).toEqual({ device: 2 });
    if (JSON.stringify(collected) === '{"state":"scanned"}') await again.event('pairing.approved');
    else expect(collected).toMatchObject({ state: 'approved', sealed });
    await expectWhole(met, true);
  });

  test('or a denial of a companion that moves at that moment: it hears of it there, or by asking', async () => {
    await using met = await meetAndScan();
    const { phone, computer, key, pairing } = met;
    await computer.close();
    await using again = await connectGuest(endpoint);
    const [, collected] = await Promise.all([
      succeed(phone, 'pairing.deny', { pairing }),
      succeed(again, 'pairing.collect', collection(endpoint, pairing, key)),
    ]);
    if (JSON.stringify(collected) === '{"state":"scanned"}') await again.event('pairing.denied');
    else expect(collected).toEqual({ state: 'denied' });
  });

  test('is collected, though its computer was gone before the phone had even scanned', async () => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, approval } = met;
    await computer.close();
    expect(await succeed(phone, 'pairing.scan', { pairing })).toHaveProperty('decideBy');
    expect(await succeed(phone, 'pairing.approve', approval)).toEqual({ device: 2 });
    await expectWhole(met, true);
    await expectWhole(met, true);
  });

  test('is collected, though its computer died as it was told', async () => {
    await using met = await meetAndScan();
    const { phone, computer, approval } = met;
    computer.socket.terminate();
    expect(await succeed(phone, 'pairing.approve', approval)).toEqual({ device: 2 });
    await expectWhole(met, true);
  });
});

/** Has so many of the next ones collide; gives how many did. */
const collide = (times: number, operation?: 'UpdateItem') => {
  const before = cloud.faults.counts()['transaction-conflict'];
  const fault = cloud.faults.add({ kind: 'transaction-conflict', times, ...(operation && { operation }) });
  return () => {
    fault[Symbol.dispose]();
    return cloud.faults.counts()['transaction-conflict'] - before;
  };
};

/** How often the transactions of some work are tried again, when two collide. */
const tries = async (work: () => Promise<unknown>) => {
  const end = collide(2);
  await work();
  return end();
};

describe('when transactions collide', () => {
  test('an approval is tried again until it is made', async () => {
    await using met = await meetAndScan();
    const end = collide(3);
    expect(await succeed(met.phone, 'pairing.approve', met.approval)).toEqual({ device: 2 });
    expect(end()).toBe(3);
    await expectWhole(met, true);
  });

  test('and go on doing so, the caller is told to come again, and nothing is half done', async () => {
    await using met = await meetAndScan();
    const end = collide(1000);
    const { error } = await met.phone.call('pairing.approve', met.approval);
    end();
    expect(error?.data).toEqual({ code: 'unavailable', retryable: true });
    await expectWhole(met, false);
    expect(await succeed(met.phone, 'pairing.approve', met.approval)).toEqual({ device: 2 });
    await expectWhole(met, true);
  });

  test('registering, opening, updating, recovering and deleting are tried again as well', async () => {
    const account = newAccount();
    await using guest = await connectGuest(endpoint);
    expect(await tries(() => succeed(guest, 'account.register', registration(endpoint, account)))).toBe(2);
    expect(await tries(() => openPairing(guest, newKeyPair()))).toBe(2);
    await using phone = await connectDevice(endpoint, { account: account.account, device: 1, key: account.phone });
    const renewed = account.next(account.first, {});
    expect(await tries(() => succeed(phone, 'devices.update', { deviceList: renewed }))).toBe(2);
    const key = newKeyPair();
    const recovered = account.recovering(renewed, key.publicKey);
    const recovering = recovery(endpoint, account, recovered);
    expect(await tries(() => succeed(guest, 'account.recover', recovering))).toBe(2);
    await using next = await connectDevice(endpoint, { account: account.account, device: recovered.primary, key });
    expect(await tries(() => succeed(next, 'account.delete', deletion(endpoint, account)))).toBe(2);
  });

  test('with a single write, its caller is told to come again', async () => {
    await using met = await meet(endpoint);
    const { phone, pairing } = met;
    const end = collide(1000, 'UpdateItem');
    const { error } = await phone.call('pairing.scan', { pairing });
    end();
    expect(error?.data).toEqual({ code: 'unavailable', retryable: true });
    expect(await succeed(phone, 'pairing.scan', { pairing })).toHaveProperty('decideBy');
  });
});

describe('when an answer is lost', () => {
  test('of the write that links, it is made once', async () => {
    await using met = await meetAndScan();
    const lost = { kind: 'lost-response', service: 'dynamodb', operation: 'TransactWriteItems', times: 1 } as const;
    using _ = cloud.faults.add(lost);
    expect(await succeed(met.phone, 'pairing.approve', met.approval)).toEqual({ device: 2 });
    expect(cloud.faults.counts()['lost-response']).toBe(1);
    await expectWhole(met, true);
  });

  test.each([
    ['pairing.scan', 'pairing.scanned'],
    ['pairing.approve', 'pairing.approved'],
    ['pairing.deny', 'pairing.denied'],
  ] as const)('a repeated %s tells the computer that was not told', async (method, event) => {
    await using met = await meet(endpoint);
    const { phone, computer, pairing, approval } = met;
    if (method !== 'pairing.scan') {
      await succeed(phone, 'pairing.scan', { pairing });
      await computer.event('pairing.scanned');
    }
    const call = async () => {
      const { error } = await phone.call(method, method === 'pairing.approve' ? approval : { pairing });
      expect(error).toBeUndefined();
    };
    const unheard = cloud.faults.add({ kind: 'post-failure', status: 410 });
    await call();
    unheard[Symbol.dispose]();
    await succeed(computer, 'session.time', {});
    expect(computer.frames).toEqual([]);
    await call();
    expect(await computer.event(event)).toMatchObject({ pairing });
  });
});
