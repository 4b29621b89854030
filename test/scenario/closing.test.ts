import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { standingClock } from '#local';
import { addressOf, limits } from '#protocol';
import { codeOf, connectDevice, connectGuest, type Identity, succeed, type Wire } from '../fixtures/wire.ts';
import { linkCompanion, registerAccount, startTestCloud } from '../fixtures/world.ts';

/** A cloud whose time only the tests move. */
const clock = standingClock();

const prepare = async () => {
  const lines: string[] = [];
  const cloud = await startTestCloud({ clock, log: ({ line }) => lines.push(line) });
  cloud.lambda.onActivity((activity) => {
    if (!activity.function.includes('close')) return;
    if (activity.kind === 'started') runs.open.add(activity.requestId);
    else if (runs.open.delete(activity.requestId)) runs.ended += 1;
  });
  const find = (part: string) => {
    const found = cloud.aws.queues.all.find(({ config }) => config.name.includes(part));
    if (found === undefined) throw new Error(`There is no queue ${part}.`);
    return found;
  };
  return { ...cloud, lines, queue: find('ClosingQueue'), deadLetters: find('ClosingDeadLetters') };
};

let cloud: Awaited<ReturnType<typeof prepare>>;
let endpoint: string;
beforeAll(async () => {
  cloud = await prepare();
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const none = { visible: 0, inFlight: 0, delayed: 0 };

/** The invocations of the function that closes: those under way, and the ends of the others. */
const runs = { open: new Set<string>(), ended: 0 };
/** A machine with much else to do takes its time. */
const patient = { interval: 5, timeout: 5000 };
const noneRuns = () => expect.poll(() => runs.open.size, patient).toBe(0);

afterEach(async () => {
  cloud.faults.clear();
  // Not faster than it works: what is under way for a minute of the clock would be received again.
  do {
    await clock.advance(60_000);
    await noneRuns();
  } while (Object.values(cloud.queue.count()).some((count) => count > 0));
});

/** Waits until the function has run so often, from now on, and has come to its end. */
const countRuns = () => {
  const before = runs.ended;
  return { until: async (count: number) => expect.poll(() => runs.ended - before, patient).toBe(count) };
};

const connect = async (device: Identity) => connectDevice(endpoint, device, clock.now());

/** An account whose phone is connected. */
const register = async () => {
  const account = await registerAccount(endpoint, clock.now());
  return { account, phone: await connect(account.phone) };
};

/** An account whose phone and computer are connected, and the list that unlinks the computer. */
const settle = async () => {
  const { account, phone } = await register();
  const { companion, list } = await linkCompanion(endpoint, account, { phone, list: account.first });
  const removing = { deviceList: account.removing(list, companion.device) };
  return { phone, companion, computer: await connect(companion), removing };
};

/** The id of the connection that a device has. */
const connectionOf = ({ account, device }: Identity) => {
  const address = addressOf(account, device);
  return cloud.gateway.clients().find(({ authorizer }) => authorizer?.['address'] === address)?.id;
};

/** An answer to a call is as far as anything that was to be closed at once would have come. */
const expectOpen = async (wire: Wire) => {
  expect((await wire.call('session.time', {})).error).toBeUndefined();
  expect(wire.socket.readyState).toBe(wire.socket.OPEN);
};

describe('a guest', () => {
  test('is closed when its five minutes are up, though it says nothing; a device is not', async () => {
    const { phone: wire } = await register();
    await using phone = wire;
    await using guest = await connectGuest(endpoint);
    await clock.advance(limits.guestLife - 1000);
    await expectOpen(guest);
    await clock.advance(1000);
    expect(await guest.closed).toBe(1000);
    await expectOpen(phone);
  });

  test('that calls later than that, while the queue is late, is refused whatever it calls', async () => {
    cloud.faults.add({ kind: 'error', service: 'execute-api', operation: 'DeleteConnection', error: 'Late' });
    await using guest = await connectGuest(endpoint);
    await clock.advance(limits.guestLife + 1000);
    expect(await codeOf(guest, 'session.time', {})).toBe('guest_expired');
    expect(await codeOf(guest, 'pairing.open', { deviceKey: 'A'.repeat(43) })).toBe('guest_expired');
  });

  test('that left before is no trouble', async () => {
    const runs = countRuns();
    const guest = await connectGuest(endpoint);
    await guest.close();
    await clock.advance(limits.guestLife);
    await runs.until(1);
    await expect.poll(() => cloud.queue.count(), patient).toEqual(none);
    expect(cloud.deadLetters.count()).toEqual(none);
  });
});

describe('a device', () => {
  test('that is replaced has two seconds to hear of it', async () => {
    const { account, phone } = await register();
    await using old = phone;
    await using current = await connect(account.phone);
    await old.event('session.replaced');
    await clock.advance(limits.farewell - 1);
    await expectOpen(old);
    await clock.advance(1);
    expect(await old.closed).toBe(1000);
    await succeed(current, 'relay.sync', {});
  });

  test('that is unlinked has two seconds to hear of it, and is refused meanwhile', async () => {
    const settled = await settle();
    await using phone = settled.phone;
    await using computer = settled.computer;
    await succeed(phone, 'devices.update', settled.removing);
    await computer.event('session.revoked');
    await clock.advance(limits.farewell - 1);
    await expectOpen(computer);
    expect(await codeOf(computer, 'relay.sync', {})).toBe('unlinked');
    await clock.advance(1);
    expect(await computer.closed).toBe(1000);
    await expectOpen(phone);
  });

  test('is closed though whoever unlinked it died right after, and nobody had told it', async () => {
    const settled = await settle();
    await using phone = settled.phone;
    await using computer = settled.computer;
    // What the phone's call does after its write, it does no more.
    cloud.faults.add({ kind: 'post-failure', status: 410 });
    await succeed(phone, 'devices.update', settled.removing);
    await clock.advance(limits.farewell);
    expect(await computer.closed).toBe(1000);
    expect(computer.frames).toEqual([]);
  });

  test('whose unlinking was asked for and not made keeps its connection: it is looked at once more', async () => {
    const runs = countRuns();
    const settled = await settle();
    await using phone = settled.phone;
    await using computer = settled.computer;
    const failing = cloud.faults.add({ kind: 'transaction-conflict' });
    expect(await codeOf(phone, 'devices.update', settled.removing)).toBe('unavailable');
    failing[Symbol.dispose]();

    await clock.advance(limits.farewell);
    await runs.until(1);
    await expect.poll(() => cloud.queue.count(), patient).toMatchObject({ visible: 0, inFlight: 1 });
    await succeed(computer, 'relay.sync', {});

    await clock.advance(60_000);
    await runs.until(2);
    await expect.poll(() => cloud.queue.count(), patient).toMatchObject({ visible: 0, inFlight: 0 });
    await succeed(computer, 'relay.sync', {});
    expect(computer.frames).toEqual([]);
  });

  test('whose unlinking is made late, after the queue has looked, is closed at the second look', async () => {
    const runs = countRuns();
    const settled = await settle();
    await using phone = settled.phone;
    await using computer = settled.computer;
    const connection = connectionOf(settled.companion);
    const body = JSON.stringify({ connection, unless: addressOf(settled.companion.account, settled.companion.device) });
    cloud.queue.send({ body, attributes: {}, sender: 'test' });
    await runs.until(1);
    await expect.poll(() => cloud.queue.count(), patient).toMatchObject({ visible: 0, inFlight: 1 });
    await succeed(computer, 'relay.sync', {});

    // The unlinking's own message is lost, so that only the first one can close.
    const lost = cloud.faults.add({
      kind: 'error',
      service: 'execute-api',
      operation: 'DeleteConnection',
      error: 'Lost',
    });
    await succeed(phone, 'devices.update', settled.removing);
    await clock.advance(limits.farewell);
    await runs.until(2);
    lost[Symbol.dispose]();
    await clock.advance(60_000 - limits.farewell);
    expect(await computer.closed).toBe(1000);
  });

  test('that has come back by another connection keeps that one', async () => {
    const { account, phone } = await register();
    await using old = phone;
    await using current = await connect(account.phone);
    await using latest = await connect(account.phone);
    await clock.advance(limits.farewell);
    expect(await Promise.all([old.closed, current.closed])).toEqual([1000, 1000]);
    await succeed(latest, 'relay.sync', {});
    expect(latest.frames).toEqual([]);
  });
});

describe('a connection that cannot be closed', () => {
  test('is tried again every minute, five times, and is then a dead letter', async () => {
    const runs = countRuns();
    const before = cloud.lines.length;
    const failing = { kind: 'error', service: 'execute-api', operation: 'DeleteConnection', error: 'Broken' } as const;
    cloud.faults.add(failing);
    await using guest = await connectGuest(endpoint);
    await clock.advance(limits.guestLife);
    for (const attempt of [1, 2, 3, 4, 5]) {
      await runs.until(attempt);
      const failures = () => cloud.lines.slice(before).filter((line) => line.includes('reported 1 of 1 messages'));
      await expect.poll(() => failures(), patient).toHaveLength(attempt);
      expect(cloud.deadLetters.count()).toEqual(none);
      expect(guest.socket.readyState).toBe(guest.socket.OPEN);
      await clock.advance(60_000);
    }
    await expect.poll(() => cloud.deadLetters.count(), patient).toEqual({ ...none, visible: 1 });
    expect(cloud.queue.count()).toEqual(none);
    expect(cloud.lines.find((line) => line.includes('"what":"queue"'))).toContain('"level":"error"');
  });

  test('does not keep back the others of its batch', async () => {
    await using guest = await connectGuest(endpoint);
    const [client] = cloud.gateway.clients();
    const [good, bad] = [client?.id, 7].map((connection) => JSON.stringify({ connection }));
    for (const body of [bad, good, 'no JSON']) {
      cloud.queue.send({ body: body ?? '', attributes: {}, sender: 'test', delay: 5 });
    }
    await clock.advance(5000);
    expect(await guest.closed).toBe(1000);
    await expect.poll(() => cloud.queue.count().inFlight, patient).toBe(2);
  });
});
