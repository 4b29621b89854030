import { expect, test } from 'vitest';
import { memoryStore } from '../../../client/memory-store.ts';
import { Blocks, payloadOfBlock, readBlock } from '../../../client/relay/blocks.ts';
import { somebody } from './people.ts';

const ben = somebody().account;
const load = (store = memoryStore(), now = () => 1_000) => Blocks.load({ store, now });

test('who is blocked stays blocked after a restart, until let through again', async () => {
  const store = memoryStore();
  const blocks = await load(store);
  await blocks.apply(blocks.change(ben, true));
  expect((await load(store)).isBlocked(ben)).toBe(true);

  await blocks.apply(blocks.change(ben, false));

  expect((await load(store)).isBlocked(ben)).toBe(false);
});

test('of changes on several devices the latest counts, in whatever order they come', async () => {
  const [one, other] = [await load(), await load()];
  const changes = [
    { account: ben, blocked: true, at: 10 },
    { account: ben, blocked: false, at: 20 },
  ];
  for (const change of changes) await one.apply(change);
  for (const change of changes.toReversed()) await other.apply(change);

  expect([one.isBlocked(ben), other.isBlocked(ben)]).toEqual([false, false]);
});

test('a change on this device comes after what is known, however the clocks go', async () => {
  const blocks = await load();
  await blocks.apply({ account: ben, blocked: true, at: 5_000 });

  await blocks.apply(blocks.change(ben, false));

  expect(blocks.isBlocked(ben)).toBe(false);
});

test('an account was blocked since a time when it is now, or was let through later', async () => {
  const blocks = await load();
  expect(blocks.isBlockedSince(ben, 0)).toBe(false);
  await blocks.apply({ account: ben, blocked: true, at: 10 });
  expect(blocks.isBlockedSince(ben, 99)).toBe(true);
  await blocks.apply({ account: ben, blocked: false, at: 20 });

  expect([19, 20].map((at) => blocks.isBlockedSince(ben, at))).toEqual([true, false]);
});

test('a change reads back as it was told, and nothing else does', () => {
  const change = { account: ben, blocked: true, at: 7 };
  const payload = payloadOfBlock(change);

  expect(readBlock(payload)).toEqual(change);
  expect(readBlock({ ...payload, content: Uint8Array.of(123) })).toBeUndefined();
  expect(readBlock({ ...payload, header: { ...payload.header, kind: 'resend' } })).toBeUndefined();
});
