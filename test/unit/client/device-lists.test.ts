import { describe, expect, test } from 'vitest';
import { type AccountId, type DeviceList, judgeList } from '#protocol';
import { changeList } from '../../../client/devices/change-list.ts';
import { DeviceLists } from '../../../client/devices/device-lists.ts';
import { isDue, isStale } from '../../../client/devices/list-age.ts';
import { listWith, listWithout } from '../../../client/devices/make-list.ts';
import { ClientError, type ClientErrorCode } from '../../../client/errors.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { serial } from '../../../client/serial.ts';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { jwkOf, somebody } from './people.ts';

/** The lists of a device that asks a server which has `served`. */
const listsOf = (
  served: Partial<Record<AccountId, DeviceList>> = {},
  { store = memoryStore(), bring = async (list: DeviceList) => list } = {},
) => {
  const told = {
    brought: [] as DeviceList[],
    fetched: [] as string[],
    newer: [] as number[],
    conflicts: [] as string[],
    stale: [] as string[],
  };
  const time = { now: Date.now() };
  const lists = new DeviceLists({
    store,
    fetch: async (account) => {
      told.fetched.push(account);
      const list = served[account];
      if (list === undefined) throw new ClientError('account_unknown');
      return list;
    },
    bring: async (list) => {
      told.brought.push(list);
      return bring(list);
    },
    now: () => time.now,
    onNewer: (_, { list }) => told.newer.push(list.version),
    onConflict: (account) => told.conflicts.push(account),
    onStale: (account) => told.stale.push(account),
  });
  return { lists, told, store, served, time };
};

const failing = (code: ClientErrorCode) => async () => {
  throw new ClientError(code);
};

describe('trust in device lists', () => {
  test('the list of an account is asked for once, and kept through a restart', async () => {
    const { account, both } = somebody();
    const { lists, told, store } = listsOf({ [account]: both });

    expect(await lists.of(account)).toEqual(both);
    expect(await lists.of(account)).toEqual(both);
    expect(told.fetched).toEqual([account]);

    const restarted = listsOf({}, { store });
    expect(await restarted.lists.of(account)).toEqual(both);
  });

  test('a server that shows an older list than before, and takes no newer, is refused, and nothing is sent by it', async () => {
    const { account, first, both, next } = somebody();
    const third = next(both, {});
    for (const { older, bring } of [
      { older: first, bring: async () => first },
      { older: both, bring: failing('method_not_found') },
    ]) {
      const { lists, told } = listsOf({ [account]: older }, { bring });
      await lists.accept(account, third);

      await expect(lists.refresh(account)).rejects.toMatchObject({ code: 'list_conflict' });

      expect(told.conflicts).toEqual([account]);
      await expect(lists.of(account)).rejects.toMatchObject({ code: 'list_conflict' });
    }
  });

  test('a server that has forgotten the newest list is brought it: by whoever asks, or is told of the older', async () => {
    const { account, both, next } = somebody();
    const third = next(both, {});
    const { lists, told } = listsOf({ [account]: both });
    await lists.accept(account, third);

    expect(await lists.refresh(account)).toEqual(third);
    await lists.reconcile(account, both);

    expect(told.brought).toEqual([third, third]);
    expect(told.conflicts).toEqual([]);
  });

  test('whether a list is kept back is left open while the network fails', async () => {
    const { account, both, next } = somebody();
    const { lists, told } = listsOf({ [account]: both }, { bring: failing('timeout') });
    await lists.accept(account, next(both, {}));

    await expect(lists.refresh(account)).rejects.toMatchObject({ code: 'timeout' });

    expect(told.conflicts).toEqual([]);
  });

  test('an answer that another list has overtaken on its way is no older list', async () => {
    const { account, first, both, next } = somebody();
    const third = next(both, {});
    const served = { [account]: first };
    const { lists, told } = listsOf(served);
    await lists.accept(account, first);

    const answer = lists.refresh(account);
    await lists.accept(account, third);

    expect(await answer).toEqual(third);
    expect(told.conflicts).toEqual([]);
  });

  test('another list of the same version is a fork', async () => {
    const { account, first, both, adding } = somebody();
    const { lists, told } = listsOf();
    await lists.accept(account, both);

    const fork = adding(first, newKeyPair().publicKey);
    await expect(lists.accept(account, fork)).rejects.toMatchObject({ code: 'list_conflict' });
    expect(told.conflicts).toEqual([account]);
  });

  test('a next list that does not follow the one that is known is a fork', async () => {
    const { account, first, both, adding } = somebody();
    const { lists, told } = listsOf();
    await lists.accept(account, both);
    const fork = adding(first, newKeyPair().publicKey);

    const afterFork = adding(fork, newKeyPair().publicKey);
    await expect(lists.accept(account, afterFork)).rejects.toMatchObject({ code: 'list_conflict' });
    expect(told.conflicts).toEqual([account]);
  });

  test('lists before the known one, which late events bring, change nothing and alarm nobody', async () => {
    const { account, first, both, next } = somebody();
    const third = next(both, {});
    const { lists, told } = listsOf();
    await lists.accept(account, third);

    await expect(lists.accept(account, both)).resolves.toBe(false);
    await expect(lists.accept(account, first)).resolves.toBe(false);

    expect(await lists.of(account)).toEqual(third);
    expect(told).toMatchObject({ newer: [3], conflicts: [] });
  });

  test('another list than the one that the known one follows is a fork', async () => {
    const { account, first, both, next, adding } = somebody();
    const { lists, told } = listsOf();
    await lists.accept(account, next(both, {}));

    const fork = adding(first, newKeyPair().publicKey);
    await expect(lists.accept(account, fork)).rejects.toMatchObject({ code: 'list_conflict' });
    expect(told.conflicts).toEqual([account]);
  });

  test('a list that the account has not signed is refused, and what is known stays', async () => {
    const { account, first, both, computer } = somebody();
    const { lists, told } = listsOf();
    await lists.accept(account, first);

    const forged = { ...both, devices: both.devices.map((device) => ({ ...device, key: computer.publicKey })) };
    await expect(lists.accept(account, forged)).rejects.toMatchObject({ code: 'signature_invalid' });
    await expect(lists.accept(somebody().account, both)).rejects.toMatchObject({ code: 'signature_invalid' });

    expect(await lists.of(account)).toEqual(first);
    expect(told.conflicts).toEqual([]);
  });

  test('a server cannot pass off another account’s list', async () => {
    const ada = somebody();
    const { lists } = listsOf({ [ada.account]: somebody().both });

    await expect(lists.of(ada.account)).rejects.toMatchObject({ code: 'signature_invalid' });
  });

  test('a list that the primary has not renewed for 60 days is told of, once', async () => {
    const { account, both } = somebody();
    const { lists, told, time } = listsOf({ [account]: both });
    await lists.of(account);
    time.now = both.issuedAt + 60 * day;
    await lists.of(account);
    expect(told.stale).toEqual([]);

    time.now += 1;
    await lists.of(account);
    await lists.refresh(account);

    expect(told.stale).toEqual([account]);
  });

  test('a list is due after 30 days, and stale after 60', () => {
    const { both } = somebody(0);
    expect([30 * day, 30 * day + 1].map((now) => isDue(both, now))).toEqual([false, true]);
    expect([60 * day, 60 * day + 1].map((now) => isStale(both, now))).toEqual([false, true]);
  });
});

const day = 24 * 60 * 60 * 1000;

describe('a list some versions ahead', () => {
  const { first, both, next, adding, removing, recovering } = somebody();
  const [third, fourth, fifth] = [newKeyPair(), newKeyPair(), newKeyPair()].map(({ publicKey }) => publicKey);
  const trusted = adding(both, third ?? '');
  const skip = (list: DeviceList) => next(list, {});

  test.each([
    ['with what was linked meanwhile', adding(adding(trusted, fourth ?? ''), fifth ?? '')],
    ['without what was unlinked meanwhile', skip(removing(removing(trusted, 2), 3))],
    ['with the one and without the other', adding(removing(trusted, 2), fourth ?? '')],
    ['that was only renewed', skip(skip(trusted))],
    [
      'of a primary that was recovered, and recovered again',
      recovering(recovering(trusted, fourth ?? ''), fifth ?? ''),
    ],
    ['of a recovered primary that has unlinked another', removing(recovering(trusted, fourth ?? ''), 2)],
  ])('is taken, %s: whoever was away has not seen those between', (_, list) => {
    expect(judgeList(trusted, list)).toBe('newer');
  });

  const changed = (devices: DeviceList['devices'], change: Partial<DeviceList> = {}) =>
    next(trusted, { version: 5, devices, ...change });
  const [one, two, three] = trusted.devices;
  if (one === undefined || two === undefined || three === undefined) throw new Error('three devices');
  const after = (id: number) => ({ ...three, id, key: fourth ?? '' });

  test.each([
    ['that gives a known device another key', changed([one, { ...two, key: fourth ?? '' }, three])],
    ['that moves the time of a linking', changed([one, { ...two, linkedAt: 1 }, three])],
    ['that keeps the former primary beside a new one', changed([one, two, after(5)], { primary: 5 })],
    ['that makes a known companion the primary', changed([two, three], { primary: 2 })],
    ['with more new devices than versions', changed([one, two, three, after(4), after(5)], { version: 4 })],
    ['that had to remove and add in the same versions', changed([one, after(4), { ...after(5), key: fifth ?? '' }])],
  ])('is a fork, %s', (_, list) => {
    expect(judgeList(trusted, list)).toBe('conflict');
  });

  test('is a fork, when a removed number comes back', () => {
    const without = removing(trusted, 2);
    expect(judgeList(without, next(without, { version: 6, devices: trusted.devices }))).toBe('conflict');
  });

  test('is taken by who knows nothing yet', () => {
    expect(judgeList(undefined, trusted)).toBe('newer');
    expect(judgeList(first, trusted)).toBe('newer');
  });
});

/** Who changes the list of an account, as `lists` know it. */
const authorOf = (account: AccountId, lists: DeviceLists) => ({ account: { account }, lists, inTurn: serial() });

const signer = (person: ReturnType<typeof somebody>) => ({ identityKey: jwkOf(person.identity), now: 1 });

describe('changing the own list', () => {
  test('when another list came first, the change is made to that one', async () => {
    const person = somebody();
    const { account, first, both } = person;
    const { lists } = listsOf();
    await lists.accept(account, first);
    const submitted: DeviceList[] = [];
    const third = newKeyPair().publicKey;

    await changeList(authorOf(account, lists), {
      make: (current) => listWith(current, third, signer(person)),
      submit: async (next) => {
        submitted.push(next);
        if (submitted.length === 1) throw new ClientError('list_conflict', { details: { deviceList: both } });
      },
    });

    const current = await lists.of(account);
    expect(submitted.map(({ version }) => version)).toEqual([2, 3]);
    expect(current.devices.map(({ id, key }) => [id, key])).toEqual([
      ...both.devices.map(({ id, key }) => [id, key]),
      [3, third],
    ]);
  });

  test('a list that comes first again and again is not chased', async () => {
    const person = somebody();
    const { account, both } = person;
    const { lists, told } = listsOf({ [account]: both });

    const change = changeList(authorOf(account, lists), {
      make: (current) => listWithout(current, 2, signer(person)),
      submit: async () => {
        throw new ClientError('list_conflict');
      },
    });

    await expect(change).rejects.toMatchObject({ code: 'list_conflict' });
    expect(told.fetched).toEqual([account, account]);
  });
});
