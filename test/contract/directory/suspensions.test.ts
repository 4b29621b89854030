import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountId } from '#protocol';
import type { Account } from '../../../functions/shared/directory/index.ts';
import { closureControls } from '../../../functions/shared/directory/closure.ts';
import { suspensionStore } from '../../../functions/shared/directory/suspensions.ts';
import { newAccount, newKeyPair } from '../../fixtures/accounts.ts';
import { startDirectory } from './directory.fixture.ts';

let started: Awaited<ReturnType<typeof startDirectory>>;
let client: DynamoDBClient;
let suspensions: ReturnType<typeof suspensionStore>;
beforeAll(async () => {
  started = await startDirectory();
  client = new DynamoDBClient();
  suspensions = suspensionStore(DynamoDBDocumentClient.from(client), 'Directory');
});
afterAll(async () => {
  client.destroy();
  await started[Symbol.asyncDispose]();
});

const at = Date.now();

test('what an operator does to accounts and to registration, the stores of the functions cannot do', () => {
  const controls = { ...suspensions, ...closureControls(DynamoDBDocumentClient.from(client), 'Directory') };
  expect(Object.keys(controls)).toHaveLength(4);
  for (const name of Object.keys(controls)) expect(started.directory).not.toHaveProperty(name);
});

/** The account as it is read now. */
const read = async (account: AccountId): Promise<Account> => {
  const found = await started.directory.account(account);
  if (found === undefined || found === 'gone') throw new Error('It is registered.');
  return found;
};

/** A registered account whose phone is connected. */
const prepare = async () => {
  const { directory } = started;
  const account = newAccount(at);
  await directory.register(account.first, undefined);
  const connect = (id: string, time: number) => directory.connect(`${account.account}.1`, { id, at }, time);
  await connect('first', 1);
  return { ...account, connect };
};

test('a suspension forgets connections; until it is lifted no device connects, no list follows, and nobody deletes it', async () => {
  const { account, first, adding, connect } = await prepare();
  const next = adding(first, newKeyPair().publicKey);
  const succeed = () => started.directory.replaceList(next, {});
  expect(await suspensions.suspend(await read(account), at)).toBe(true);

  const suspended = await read(account);
  expect(suspended).toMatchObject({ suspended: at });
  expect(suspended.devices.get(1)).toMatchObject({ suspended: at, connection: undefined });
  expect(await connect('second', 2)).toEqual({ accepted: false });
  expect(await connect('first', 1)).toEqual({ accepted: false });
  expect(await succeed()).toBe(false);
  expect(await started.directory.deleteAccount(suspended, at)).toBe(false);

  expect(await suspensions.reinstate(suspended)).toBe(true);
  const lifted = await read(account);
  expect([lifted.suspended, lifted.devices.get(1)?.suspended]).toEqual([undefined, undefined]);
  expect(await connect('third', 3)).toMatchObject({ accepted: true });
  expect(await succeed()).toBe(true);
});

test('a suspension comes too late when a device has connected or left, or a list was signed, since the account was read', async () => {
  const { directory } = started;
  const changes = [
    ({ connect }) => connect('second', 2),
    ({ account }) => directory.disconnect(`${account}.1`, 'first'),
    ({ account }) => directory.leave(account, 1),
    ({ first, adding }) => directory.replaceList(adding(first, newKeyPair().publicKey), {}),
  ] satisfies ((prepared: Awaited<ReturnType<typeof prepare>>) => Promise<unknown>)[];
  for (const change of changes) {
    const prepared = await prepare();
    const before = await read(prepared.account);
    await change(prepared);
    expect(await suspensions.suspend(before, at)).toBe(false);
    expect((await read(prepared.account)).suspended).toBeUndefined();
  }
});
