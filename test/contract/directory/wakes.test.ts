import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeviceAddress, parseAddress } from '#protocol';
import type { Wake } from '../../../functions/shared/directory/index.ts';
import { newOwner, startDirectory } from './directory.fixture.ts';

let started: Awaited<ReturnType<typeof startDirectory>>;
beforeAll(async () => {
  started = await startDirectory();
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

const recordOf = async (address: DeviceAddress) => {
  const { account, device } = parseAddress(address);
  return started.directory.device(account, device);
};
const at = Date.now();
const reminder = { at: at + 3_600_000, step: 0 };
const claimOf = (urgent = false, later = 0): Wake => ({ at: at + later, urgent, done: false });
const connect = (address: DeviceAddress, id: string, time: number) =>
  started.directory.connect(address, { id, at }, time);

test('of many who want to wake a device at once, one does', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      directory.claimWake(address, { wake: claimOf(false, i), reminder, seen: undefined }),
    ),
  );
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await recordOf(address)).toMatchObject({ woken: { done: false }, reminder });
});

test('a claim follows upon what was seen, to the last bit', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const first = claimOf();
  await directory.claimWake(address, { wake: first, reminder, seen: undefined });
  await directory.markWoken(address, first);

  expect(await directory.claimWake(address, { wake: claimOf(true, 1), reminder, seen: first })).toBe(false);
  const done = { ...first, done: true };
  expect(await directory.claimWake(address, { wake: claimOf(true, 1), reminder, seen: done })).toBe(true);
  expect(await recordOf(address)).toMatchObject({ woken: claimOf(true, 1) });
});

test('a device that is connected is not woken, and one that connects forgets what woke it', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const wake = claimOf();
  await directory.claimWake(address, { wake, reminder, seen: undefined });
  await connect(address, 'one', 1);

  expect(await directory.markWoken(address, wake)).toBe(false);
  expect(await recordOf(address)).toMatchObject({ woken: undefined, reminder });
  expect(await directory.claimWake(address, { wake, reminder, seen: undefined })).toBe(false);
});

test('a reminder is followed by the next once, and after the last by none', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  await directory.claimWake(address, { wake: claimOf(), reminder, seen: undefined });
  const next = { at: reminder.at + 1000, step: 1 };
  expect(await directory.followReminder(address, reminder, next)).toBe(true);
  expect(await directory.followReminder(address, reminder, next)).toBe(false);
  expect(await directory.followReminder(address, next, undefined)).toBe(true);
  expect(await recordOf(address)).toMatchObject({ reminder: undefined });
});

test('a device that has fetched all is forgotten to have been woken, but not what woke it since', async () => {
  const { directory } = started;
  const { address } = await newOwner(directory);
  const [first, second] = [claimOf(), claimOf(true, 1)];
  await directory.claimWake(address, { wake: first, reminder, seen: undefined });
  await directory.claimWake(address, { wake: second, reminder, seen: first });
  expect(await directory.clearWake(address, { woken: first, reminder })).toBe(false);
  expect(await directory.clearWake(address, { woken: second, reminder })).toBe(true);
  expect(await recordOf(address)).toMatchObject({ woken: undefined, reminder: undefined });
});

test('a device that is no longer linked is not brought back by any of it', async () => {
  const { directory } = started;
  const { account, address } = await newOwner(directory);
  await directory.leave(account, 1);
  const wake = claimOf();
  expect(await directory.claimWake(address, { wake, reminder, seen: undefined })).toBe(false);
  expect(await directory.markWoken(address, wake)).toBe(false);
  expect(await directory.followReminder(address, reminder, undefined)).toBe(false);
  expect(await directory.clearWake(address, { woken: wake, reminder: undefined })).toBe(false);
  expect(await recordOf(address)).toBeUndefined();
});
