import { afterAll, beforeAll, expect, test } from 'vitest';
import { runningClock } from '#local';
import { limits, subprotocol } from '#protocol';
import { claimsFor, connectDevice, type Identity, openSocket, succeed, tokenOf } from '../fixtures/wire.ts';
import { linkCompanion, newMessageId, registerAccount, startTestCloud, type TestAccount } from '../fixtures/world.ts';

/** Moved on where there is nothing to see but that time passes. */
const clock = runningClock();
let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let account: TestAccount;
let phone: Identity;
beforeAll(async () => {
  cloud = await startTestCloud({ clock });
  account = await registerAccount(cloud.endpoint);
  ({ phone } = account);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const offer = (token: string) => openSocket(cloud.endpoint, [subprotocol, token]);
const claims = () => claimsFor(phone, cloud.endpoint);

test('a new connection replaces the old one, which is told by whom and closed', async () => {
  const { endpoint } = cloud;
  await using old = await connectDevice(endpoint, phone);
  const by = claims();
  await using replacing = await offer(tokenOf(by, phone.key));
  expect(await old.event('session.replaced')).toEqual({ by: by.jti });
  await clock.advance(limits.farewell);
  expect(await old.closed).toBe(1000);
  await succeed(replacing, 'relay.sync', {});
});

test('a device gets in although the answer to the write of its connection was lost', async () => {
  using lost = cloud.faults.add({ kind: 'lost-response', service: 'dynamodb', operation: 'UpdateItem', times: 1 });
  const before = cloud.faults.counts()['lost-response'];
  await using wire = await connectDevice(cloud.endpoint, phone);
  expect(cloud.faults.counts()['lost-response']).toBe(before + 1);
  await succeed(wire, 'relay.sync', {});
  lost[Symbol.dispose]();
});

test('the late farewell of an old connection does not erase the newer one', async () => {
  const { endpoint } = cloud;
  const sender = await registerAccount(endpoint);
  await using old = await connectDevice(endpoint, phone);
  await using current = await connectDevice(endpoint, phone);
  await old.event('session.replaced');
  await clock.advance(limits.farewell);
  await old.closed;
  await using wire = await connectDevice(endpoint, sender.phone);
  const to = [{ account: phone.account, version: 1, devices: [{ device: 1, body: 0 }] }];
  await succeed(wire, 'relay.signal', { signals: [{ message: newMessageId(), bodies: ['AAAA'], to }] });
  expect(await current.event('relay.signal')).toMatchObject({ signals: [{ body: 'AAAA' }] });
});

test.each(['$connect', '$disconnect'])(
  '%s sent as a method neither connects nor disconnects anybody',
  async (method) => {
    const { endpoint } = cloud;
    const owner = await registerAccount(endpoint);
    await using wire = await connectDevice(endpoint, owner.phone);
    wire.tell(method, {});
    await succeed(wire, 'session.time', {});
    const { companion } = await linkCompanion(endpoint, owner, { phone: wire, list: owner.first });
    await using computer = await connectDevice(endpoint, companion);
    expect((await computer.call('devices.leave', {})).error).toBeUndefined();
    expect(await wire.event('devices.left')).toEqual({ device: companion.device });
  },
);
