import { describe, expect, test } from 'vitest';
import { DeviceList, isSignedBy, limits, succeeds, TandemError } from '#protocol';
import { failureOf } from './failure-of.ts';
import { openSession, told } from './one-session.ts';

const day = 24 * 60 * 60 * 1000;

describe('the monthly signature', () => {
  test('a primary whose list is older than 30 days signs it anew when it comes online', async () => {
    await using all = await openSession(1, (ada) => ({
      'session.time': () => ({ now: ada.both.issuedAt + 31 * day, protocol: 'tandem.v1', minimumClient: '0.0.0' }),
      'devices.update': () => ({}),
    }));
    const devices = told(all.session, 'devices');

    const { call } = await all.cloud.heard('devices.update');

    const renewed = DeviceList.parse(call.params?.['deviceList']);
    expect(succeeds(all.ada.both, renewed)).toEqual({ kind: 'renewed' });
    expect(renewed.issuedAt).toBeGreaterThanOrEqual(all.ada.both.issuedAt + 31 * day);
    expect(await isSignedBy(all.ada.account, renewed)).toBe(true);
    await expect.poll(() => devices).toEqual([{ list: renewed, added: [], removed: [], recovered: false }]);
  });

  test('a primary that stays online looks once a day, and signs on the 31st', async () => {
    await using all = await openSession(1, () => ({ 'devices.update': () => ({}) }));
    const { cloud, platform } = all;
    await cloud.heard('devices.list');

    for (let days = 1; days <= 30; days += 1) {
      await platform.clock.advance(day);
      await cloud.heard('devices.list', days + 1);
    }
    await all.session.devices();
    expect(cloud.calls('devices.update')).toEqual([]);
    await platform.clock.advance(day);

    const { call } = await cloud.heard('devices.update');
    expect(succeeds(all.ada.both, DeviceList.parse(call.params?.['deviceList']))).toEqual({ kind: 'renewed' });
  });

  test('a list that another has renewed meanwhile is not signed once more', async () => {
    await using all = await openSession(1, (ada) => {
      const issuedAt = ada.both.issuedAt + 31 * day;
      const renewed = ada.next(ada.both, { issuedAt });
      return {
        'session.time': () => ({ now: issuedAt, protocol: 'tandem.v1', minimumClient: '0.0.0' }),
        'devices.list': () => ({ deviceList: all.cloud.calls('devices.update').length === 0 ? ada.both : renewed }),
        'devices.update': () => {
          throw new TandemError('list_conflict', { deviceList: renewed });
        },
      };
    });
    const devices = told(all.session, 'devices');

    await expect.poll(() => devices).toMatchObject([{ list: { version: 3 } }]);
    await all.session.devices();

    expect(all.cloud.calls('devices.update')).toHaveLength(1);
  });

  test('a companion signs nothing, but tells of a list of its own account that is stale', async () => {
    await using all = await openSession(2, (ada) => ({
      'session.time': () => ({ now: ada.both.issuedAt + 61 * day, protocol: 'tandem.v1', minimumClient: '0.0.0' }),
    }));
    const stale = told(all.session, 'stale');

    await all.cloud.heard('devices.list');
    await expect.poll(async () => all.session.isStale(await all.session.devices())).toBe(true);

    expect(stale).toEqual([all.ada.account]);
    expect(all.cloud.calls('devices.update')).toEqual([]);
  });
});

const outdated = () => ({ now: 7, protocol: 'tandem.v1', minimumClient: '1000.0.0' });

test('a server that sets its clock back makes no stale list look young', async () => {
  await using all = await openSession(2, (ada) => {
    const issuedAt = ada.both.issuedAt - 61 * day;
    return {
      'session.time': () => ({ now: issuedAt, protocol: 'tandem.v1', minimumClient: '0.0.0' }),
      'devices.list': () => ({ deviceList: ada.next(ada.both, { issuedAt }) }),
    };
  });
  const stale = told(all.session, 'stale');

  await expect.poll(() => stale).toEqual([all.ada.account]);
  expect(all.session.isStale(await all.session.devices())).toBe(true);
});

describe('a client that is too old', () => {
  test('learns it when it is online for the first time; its session ends and does not come back', async () => {
    await using all = await openSession(2, () => ({ 'session.time': outdated }));
    const { session, cloud, platform } = all;
    const [upgrades, errors] = [told(session, 'upgrade_required'), told(session, 'error')];
    const body = new TextEncoder().encode('hello');
    const failure = failureOf(session.send({ to: all.ada.account, body }));

    await expect.poll(() => upgrades).toHaveLength(1);

    expect(await failure).toMatchObject({ code: 'upgrade_required' });
    await expect(session.devices()).rejects.toMatchObject({ code: 'upgrade_required' });
    await platform.clock.advance(limits.connectionLife);
    expect(cloud.offers).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test('asks for what the cloud wants once a session, not on every socket', async () => {
    await using all = await openSession(2);
    await all.cloud.heard('devices.list', 1);
    (await all.cloud.peer(1)).terminate();
    await all.cloud.heard('devices.list', 2);
    await all.session.devices();

    expect(all.cloud.calls('session.time')).toHaveLength(1);
  });
});
