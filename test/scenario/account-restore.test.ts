import { afterAll, beforeAll, expect, test } from 'vitest';
import { newAccount, newKeyPair } from '../fixtures/accounts.ts';
import { operateOn } from '../fixtures/operate.ts';
import { openDirectory } from '../fixtures/operator.ts';
import { codeOf, connectDevice, connectGuest, succeed } from '../fixtures/wire.ts';
import { deletion, linkCompanion, registerAccount, startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let endpoint: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  ({ endpoint } = cloud);
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

/** An account with a phone and a computer, both connected, of whose further lists the cloud has never heard. */
const forget = async () => {
  const account = await registerAccount(endpoint);
  await using stack = new AsyncDisposableStack();
  const phone = stack.use(await connectDevice(endpoint, account.phone));
  const { companion, list } = await linkCompanion(endpoint, account, { phone, list: account.first });
  const computer = stack.use(await connectDevice(endpoint, companion));
  const guest = stack.use(await connectGuest(endpoint));
  const key = newKeyPair();
  const newest = account.adding(account.removing(list, companion.device), key.publicKey);
  const unheard = { account: account.account, device: newest.version, key };
  const moved = stack.move();
  const parts = { account, phone, computer, companion, guest, list, newest, unheard };
  return { ...parts, [Symbol.asyncDispose]: () => moved.disposeAsync() };
};

test('a newer list links whom it names and unlinks whom it does not, each being told', async () => {
  await using forgotten = await forget();
  const { phone, computer, companion, guest, newest, unheard } = forgotten;
  await expect(connectDevice(endpoint, unheard)).rejects.toThrow('refused with 403');

  expect(await succeed(guest, 'account.restore', { deviceList: newest })).toEqual({ deviceList: newest });

  expect(await phone.event('devices.changed')).toEqual({ deviceList: newest });
  expect(await computer.event('session.revoked')).toEqual({});
  await expect(connectDevice(endpoint, companion)).rejects.toThrow('refused with 403');
  await using linked = await connectDevice(endpoint, unheard);
  expect(await succeed(linked, 'devices.list', { account: unheard.account })).toEqual({ deviceList: newest });
});

test('an older list, or the same, changes nothing, and is answered with the current one', async () => {
  await using forgotten = await forget();
  const { account, phone, guest, list } = forgotten;
  for (const deviceList of [account.first, list]) {
    expect(await succeed(guest, 'account.restore', { deviceList })).toEqual({ deviceList: list });
  }
  expect(phone.frames).toEqual([]);
});

test('of many who bring lists at once the newest stays', async () => {
  await using forgotten = await forget();
  const { account, guest, list, newest } = forgotten;
  const between = account.removing(list, 2);
  const lists = [newest, between, newest, list, between, newest];

  await Promise.all(lists.map((deviceList) => guest.call('account.restore', { deviceList })));

  expect(await succeed(guest, 'account.restore', { deviceList: list })).toEqual({ deviceList: newest });
});

test('a fork, and what the account has not signed, is refused', async () => {
  await using forgotten = await forget();
  const { account, guest, list, newest } = forgotten;
  const fork = account.adding(account.first, newKeyPair().publicKey);
  const { error } = await guest.call('account.restore', { deviceList: fork });
  expect(error?.data).toMatchObject({ code: 'list_conflict', details: { deviceList: list } });

  const { signature } = newAccount().first;
  expect(await codeOf(guest, 'account.restore', { deviceList: { ...newest, signature } })).toBe('signature_invalid');
});

test('the newer list of an account that is suspended is taken only when it is let in again', async () => {
  await using forgotten = await forget();
  const { account, guest, list, newest } = forgotten;
  const ops = operateOn(cloud);
  await ops('suspend', account.account, '--yes');
  for (const deviceList of [newest, list, account.first]) {
    expect(await codeOf(guest, 'account.restore', { deviceList })).toBe('account_suspended');
  }
  await ops('suspend', account.account, '--undo', '--yes');
  expect(await succeed(guest, 'account.restore', { deviceList: list })).toEqual({ deviceList: list });
  expect(await succeed(guest, 'account.restore', { deviceList: newest })).toEqual({ deviceList: newest });
});

test('an account that there is not is registered, with all its devices; one that was deleted is not', async () => {
  await using guest = await connectGuest(endpoint);
  const account = newAccount();
  const key = newKeyPair();
  const deviceList = account.adding(account.first, key.publicKey);

  expect(await succeed(guest, 'account.restore', { deviceList })).toEqual({ deviceList });

  await using computer = await connectDevice(endpoint, { account: account.account, device: 2, key });
  await succeed(computer, 'relay.sync', {});
  await using phone = await connectDevice(endpoint, { account: account.account, device: 1, key: account.phone });
  await succeed(phone, 'account.delete', deletion(endpoint, account));
  expect(await codeOf(guest, 'account.restore', { deviceList })).toBe('account_gone');
});

test('while registration is closed, only accounts that there are get newer lists', async () => {
  await using forgotten = await forget();
  const { guest, newest } = forgotten;
  using directory = await openDirectory(cloud);
  const closure = { pk: 'C#registration', sk: 'closure' };
  await directory.put({ ...closure, at: Date.now() });

  expect(await codeOf(guest, 'account.restore', { deviceList: newAccount().first })).toBe('registration_closed');
  expect(await succeed(guest, 'account.restore', { deviceList: newest })).toEqual({ deviceList: newest });
});
