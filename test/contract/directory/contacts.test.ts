import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountId } from '#protocol';
import { newOwner, startDirectory } from './directory.fixture.ts';

let started: Awaited<ReturnType<typeof startDirectory>>;
beforeAll(async () => {
  started = await startDirectory();
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

const blocksOf = async (account: AccountId) => {
  const found = await started.directory.account(account);
  return typeof found === 'object' ? found.blocks : undefined;
};

test('the count of blocks is that of the accounts that are blocked, whoever blocks and unblocks at once', async () => {
  const { directory } = started;
  const { account } = await newOwner(directory);
  const others = Array.from({ length: 8 }, (_, i) => 'abcdefgh'.charAt(i).repeat(32));
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(
      others.flatMap((other) => [
        directory.block(account, other),
        directory.unblock(account, other),
        directory.block(account, other),
      ]),
    );
    const blocked = await Promise.all(others.map((other) => directory.blocks(account, other)));
    expect(await blocksOf(account)).toBe(blocked.filter(Boolean).length);
  }
});

test('an account that does not exist blocks nobody, and comes into being by nothing', async () => {
  const { directory } = started;
  const nobody = 'z'.repeat(32);
  await directory.block(nobody, 'a'.repeat(32));
  expect(await directory.blocks(nobody, 'a'.repeat(32))).toBe(false);
  expect(await directory.account(nobody)).toBeUndefined();
});

test('that one account has written to another is remembered one way', async () => {
  const { directory } = started;
  const [from, to] = ['a'.repeat(32), 'b'.repeat(32)];
  await directory.noteWritten({ from, to }, Date.now());
  expect(await directory.hasWritten({ from, to })).toBe(true);
  expect(await directory.hasWritten({ from: to, to: from })).toBe(false);
});
