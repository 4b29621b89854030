import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MethodName, Params } from '#protocol';
import { methodNames, methods } from '#protocol';
import { newAccount, newKeyPair } from '../fixtures/accounts.ts';
import { operateOn } from '../fixtures/operate.ts';
import { connectDevice, connectGuest, succeed, type Wire } from '../fixtures/wire.ts';
import {
  cancellation,
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

const prepare = async () => {
  const cloud = await startTestCloud();
  // So that an unlinked device's socket stays open for as long as it is looked at.
  cloud.faults.add({
    kind: 'error',
    service: 'execute-api',
    operation: 'DeleteConnection',
    error: 'InternalServerError',
  });
  const { endpoint } = cloud;
  const account = await registerAccount(endpoint);
  const other = await registerAccount(endpoint);
  const primary = await connectDevice(endpoint, account.phone);
  const { list } = await linkCompanion(endpoint, account, { phone: primary, list: account.first });
  const guest = await connectGuest(endpoint);
  const foreign = await connectDevice(endpoint, other.phone);
  return { cloud, endpoint, account, other, list, callers: { guest, primary, foreign } };
};
type World = Awaited<ReturnType<typeof prepare>>;

/** Well-formed parameters of every method, so that only the caller is wrong. */
const samples: { [M in MethodName]: (world: World) => Params<M> | Promise<Params<M>> } = {
  'session.time': () => ({}),
  'account.register': ({ endpoint }) => registration(endpoint, newAccount()),
  'account.recover': async ({ endpoint }) => {
    const account = await registerAccount(endpoint);
    return recovery(endpoint, account, account.recovering(account.first, newKeyPair().publicKey));
  },
  'account.restore': ({ list }) => ({ deviceList: list }),
  // Signed an hour ago, so that nobody's account is deleted by it.
  'account.delete': ({ endpoint, account }) => deletion(endpoint, account, Date.now() - 3_600_000),
  'pairing.open': () => ({ deviceKey: newKeyPair().publicKey }),
  'pairing.scan': async ({ callers }) => ({ pairing: await openPairing(callers.guest, newKeyPair()) }),
  'pairing.approve': async ({ callers, account, list }) => {
    const key = newKeyPair();
    const pairing = await openPairing(callers.guest, key);
    return { pairing, deviceList: account.adding(list, key.publicKey), sealed: 'AAAA' };
  },
  'pairing.deny': async ({ callers }) => ({ pairing: await openPairing(callers.guest, newKeyPair()) }),
  'pairing.cancel': async ({ callers, endpoint }) => {
    const key = newKeyPair();
    return cancellation(endpoint, await openPairing(callers.guest, key), key);
  },
  'pairing.collect': async ({ callers, endpoint }) => {
    const key = newKeyPair();
    return collection(endpoint, await openPairing(callers.guest, key), key);
  },
  'devices.list': ({ account }) => ({ account: account.account }),
  'devices.update': ({ account, list }) => ({ deviceList: account.next(list, {}) }),
  'devices.leave': () => ({}),
  'relay.send': ({ account, list }) => {
    const devices = list.devices.map(({ id }) => ({ device: id, body: 0 }));
    return {
      messages: [
        {
          message: newMessageId(),
          bodies: ['AAAA'],
          to: [{ account: account.account, version: list.version, devices }],
        },
      ],
    };
  },
  'relay.ack': ({ account }) => ({ envelopes: [`${newMessageId()}.${account.account}.1`] }),
  'relay.sync': () => ({}),
  'relay.signal': ({ account, list }) => {
    const devices = list.devices.map(({ id }) => ({ device: id, body: 0 }));
    const to = [{ account: account.account, version: list.version, devices }];
    return { signals: [{ message: newMessageId(), bodies: ['AAAA'], to }] };
  },
  'contacts.block': ({ other }) => ({ account: other.account }),
  'contacts.unblock': ({ other }) => ({ account: other.account }),
  'keys.publish': () => ({ oneTime: [] }),
  'keys.claim': ({ account }) => ({ devices: [`${account.account}.1`] }),
  'push.config': () => ({}),
  'push.register': () => ({ kind: 'fcm', token: 'token' }),
  'push.unregister': () => ({}),
};

const refusals = new Set(['guests_refused', 'devices_refused', 'companions_refused', 'unlinked', 'account_suspended']);

/** What the table says becomes of a caller: the code it is refused with, or undefined when it may call. */
const expected = (method: MethodName, caller: string): string | undefined => {
  const { who } = methods[method];
  if (who === 'guest') return caller === 'guest' ? undefined : 'devices_refused';
  if (who === 'anyone') return undefined;
  if (caller === 'guest') return 'guests_refused';
  if (caller === 'unlinked') return 'unlinked';
  if (caller === 'suspended') return 'account_suspended';
  return who === 'primary' && caller === 'companion' ? 'companions_refused' : undefined;
};

let world: World;
beforeAll(async () => {
  world = await prepare();
});
afterAll(async () => {
  for (const wire of Object.values(world.callers)) await wire[Symbol.asyncDispose]();
  await world.cloud[Symbol.asyncDispose]();
});

/** A companion of an account of its own. */
const connectNewCompanion = async (): Promise<Wire> => {
  const account = await registerAccount(world.endpoint);
  await using phone = await connectDevice(world.endpoint, account.phone);
  const { companion } = await linkCompanion(world.endpoint, account, { phone, list: account.first });
  return await connectDevice(world.endpoint, companion);
};

/** A device that is no longer linked while its socket is still open. */
const connectUnlinked = async (): Promise<Wire> => {
  const wire = await connectNewCompanion();
  await succeed(wire, 'devices.leave', {});
  return wire;
};

/** The phone of an account that is suspended while its socket is still open. */
const connectSuspended = async (): Promise<Wire> => {
  const account = await registerAccount(world.endpoint);
  const wire = await connectDevice(world.endpoint, account.phone);
  await operateOn(world.cloud)('suspend', account.account, '--yes');
  return wire;
};

const answered = methodNames.filter((method) => methods[method].oneWay !== true);

describe.each(answered)('%s', (method) => {
  const check = async (caller: string, wire: Wire) => {
    const { error } = await wire.call(method, await samples[method](world));
    const code = error?.data.code;
    expect(refusals.has(code ?? '') ? code : undefined).toBe(expected(method, caller));
    expect(code).not.toBe('internal');
    expect((await wire.call('session.time', {})).result).toMatchObject({ protocol: 'tandem.v1' });
  };

  test.each(['guest', 'primary', 'foreign'] as const)('is as the table says for the caller: %s', async (caller) => {
    await check(caller, world.callers[caller]);
  });

  test('is as the table says for the caller: companion', async () => {
    await using companion = await connectNewCompanion();
    await check('companion', companion);
  });

  test('is as the table says for the caller: unlinked', async () => {
    await using unlinked = await connectUnlinked();
    await check('unlinked', unlinked);
  });

  test('is as the table says for the caller: suspended', async () => {
    await using suspended = await connectSuspended();
    await check('suspended', suspended);
  });
});

test('relay.ack of a guest, or of ids that are not its own, is not answered and changes nothing', async () => {
  await using guest = await connectGuest(world.endpoint);
  await using stranger = await connectDevice(world.endpoint, (await registerAccount(world.endpoint)).phone);
  for (const wire of [guest, stranger]) {
    wire.tell('relay.ack', await samples['relay.ack'](world));
    await succeed(wire, 'session.time', {});
    expect(wire.frames).toEqual([]);
  }
});
