import { describe, expect, test } from 'vitest';
import type { AccountId, DeviceList } from '#protocol';
import { changeList } from '../../../client/devices/change-list.ts';
import { DeviceLists } from '../../../client/devices/device-lists.ts';
import { judgeList } from '../../../client/devices/judge-list.ts';
import { listWith, listWithout } from '../../../client/devices/make-list.ts';
import { ClientError } from '../../../client/errors.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { newKeyPair } from '../../fixtures/accounts.ts';
import { jwkOf, somebody } from './people.ts';

/** The lists of a device that asks a server which has `served`. */
const listsOf = (served: Partial<Record<AccountId, DeviceList>> = {}, store = memoryStore()) => {
  const told = { fetched: [] as string[], newer: [] as number[], conflicts: [] as string[] };
  const lists = new DeviceLists({
    store,
    fetch: async (account) => {
      told.fetched.push(account);
      const list = served[account];
      if (list === undefined) throw new ClientError('account_unknown');
      return list;
    },
    onNewer: (_, { version }) => told.newer.push(version),
    onConflict: (account) => told.conflicts.push(account),
  });
  return { lists, told, store, served };
};

describe('trust in device lists', () => {
  test('the list of an account is asked for once, and kept through a restart', async () => {
    const { account, both } = somebody();
    const { lists, told, store } = listsOf({ [account]: both });

    expect(await lists.of(account)).toEqual(both);
    expect(await lists.of(account)).toEqual(both);
    expect(told.fetched).toEqual([account]);

    const restarted = listsOf({}, store);
    expect(await restarted.lists.of(account)).toEqual(both);
  });

  test('a device list of a lower version is refused, and nothing is sent by it any more', async () => {
    const { account, first, both, next } = somebody();
    const { lists, told } = listsOf();
    await lists.accept(account, both);
    await lists.accept(account, next(both, {}));

    await expect(lists.accept(account, first)).rejects.toMatchObject({ code: 'list_conflict' });

    expect(told.conflicts).toEqual([account]);
    await expect(lists.of(account)).rejects.toMatchObject({ code: 'list_conflict' });
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

  test('the list just before the known one, which a late event brings, changes nothing and alarms nobody', async () => {
    const { account, first, both } = somebody();
    const { lists, told } = listsOf();
    await lists.accept(account, both);

    await expect(lists.accept(account, first)).resolves.toBe(false);

    expect(await lists.of(account)).toEqual(both);
    expect(told).toMatchObject({ newer: [2], conflicts: [] });
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

  test('a list some versions ahead is taken: whoever was away has not seen those between', () => {
    const { first, both, next } = somebody();
    expect(judgeList(first, next(both, {}))).toBe('newer');
  });
});

const signer = (person: ReturnType<typeof somebody>) => ({ identityKey: jwkOf(person.identity), now: 1 });

describe('changing the own list', () => {
  test('when another list came first, the change is made to that one', async () => {
    const person = somebody();
    const { account, first, both } = person;
    const { lists } = listsOf();
    await lists.accept(account, first);
    const submitted: DeviceList[] = [];
    const third = newKeyPair().publicKey;

    await changeList({
      lists,
      account,
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

    const change = changeList({
      lists,
      account,
      make: (current) => listWithout(current, 2, signer(person)),
      submit: async () => {
        throw new ClientError('list_conflict');
      },
    });

    await expect(change).rejects.toMatchObject({ code: 'list_conflict' });
    expect(told.fetched).toEqual([account, account]);
  });
});
