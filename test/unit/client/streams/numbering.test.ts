import { describe, expect, test } from 'vitest';
import { followDevices, giveNumbers, withJoined } from '../../../../client/relay/streams/numbering.ts';
import { origin, runningHash } from '../../../../client/relay/streams/running-hash.ts';

const [ben, carla] = ['b'.repeat(32), 'c'.repeat(32)];
const hashed = { message: '01a0c450-6c00-7000-8000-000000000001', digest: 'A'.repeat(43) };
const after = runningHash(origin, hashed);

describe('numbers', () => {
  test('each account has a stream of its own, which begins with 1', () => {
    const first = giveNumbers(new Map(), [ben], hashed);
    const second = giveNumbers(first.heads, [carla, ben], hashed);

    expect(first.streams).toEqual({ [ben]: [1, origin] });
    expect(second.streams).toEqual({ [carla]: [1, origin], [ben]: [2, after] });
    expect(second.heads.get(ben)).toEqual({ number: 2, running: runningHash(after, hashed), joined: {} });
  });

  test('an account that is named twice gets one number', () => {
    expect(giveNumbers(new Map(), [ben, ben], hashed).streams).toEqual({ [ben]: [1, origin] });
  });

  test('only the heads that are new are given back, and the given ones stay as they were', () => {
    const heads = giveNumbers(new Map(), [ben], hashed).heads;

    expect([...giveNumbers(heads, [carla], hashed).heads.keys()]).toEqual([carla]);
    expect([...heads.keys()]).toEqual([ben]);
  });
});

describe('devices of an account', () => {
  const head = { number: 9, running: after, joined: { 1: 1, 4: 6 } };

  test('a new device begins with the lowest number that is not accepted yet', () => {
    expect(followDevices(head, [1, 4, 5], 8).joined).toEqual({ 1: 1, 4: 6, 5: 8 });
  });

  test('a device that is unlinked is forgotten', () => {
    expect(followDevices(head, [1], 8).joined).toEqual({ 1: 1 });
  });

  test('an exchange of one device for another is seen', () => {
    expect(followDevices(head, [1, 5], 8).joined).toEqual({ 1: 1, 5: 8 });
  });

  test('the head is the same one when the devices are', () => {
    expect(followDevices(head, [4, 1], 8)).toBe(head);
  });

  test('a place names those that joined after the first message, and no others', () => {
    const heads = new Map([[ben, head]]);

    expect(withJoined({ [ben]: [9, after], [carla]: [1, origin] }, heads)).toEqual({
      [ben]: [9, after, { 4: 6 }],
      [carla]: [1, origin],
    });
  });
});
