import { describe, expect, test } from 'vitest';
import { isCovered } from '../../../functions/push/coalesce.ts';

const now = 1_000_000;
const asked = (urgent: boolean, askedAt = now - 100) => ({ urgent, askedAt, now });
const woken = (ago: number, { urgent = false, done = true } = {}) => ({ at: now - ago, urgent, done });

test('a device that nobody has woken since it was connected is to be woken', () => {
  expect(isCovered(undefined, asked(false))).toBe(false);
  expect(isCovered(undefined, asked(true))).toBe(false);
});

describe('mail that is not urgent', () => {
  test('needs no second push, however long ago the first was, and whether that was urgent or not', () => {
    for (const urgent of [false, true]) {
      for (const ago of [1, 6_000, 86_400_000]) expect(isCovered(woken(ago, { urgent }), asked(false))).toBe(true);
    }
  });

  test('leaves it to whoever is at it, for half a minute: then that one has died', () => {
    expect(isCovered(woken(29_999, { done: false }), asked(false))).toBe(true);
    expect(isCovered(woken(30_000, { done: false }), asked(false))).toBe(false);
  });
});

describe('urgent mail', () => {
  test('is not covered by a push that was not urgent', () => {
    expect(isCovered(woken(1), asked(true))).toBe(false);
    expect(isCovered(woken(1, { done: false }), asked(true))).toBe(false);
  });

  test('is covered by an urgent push of less than five seconds ago', () => {
    expect(isCovered(woken(4_999, { urgent: true }), asked(true))).toBe(true);
    expect(isCovered(woken(5_000, { urgent: true }), asked(true))).toBe(false);
  });

  test('is covered by an urgent push that was made after it had come, as when its notice comes twice', () => {
    expect(isCovered(woken(60_000, { urgent: true }), asked(true, now - 60_000))).toBe(true);
    expect(isCovered(woken(60_000, { urgent: true }), asked(true, now - 59_999))).toBe(false);
  });

  test('is not left to one who has died at it', () => {
    expect(isCovered(woken(30_000, { urgent: true, done: false }), asked(true, now - 60_000))).toBe(false);
  });
});
