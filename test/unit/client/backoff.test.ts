import { expect, test } from 'vitest';
import { backoff } from '../../../client/backoff.ts';

test('a wait is anything under a bound that doubles from half a second to a minute', () => {
  const bounds = [0, 1, 2, 6, 7, 1000].map((failures) => backoff(failures, () => 1));

  expect(bounds).toEqual([500, 1_000, 2_000, 32_000, 60_000, 60_000]);
  expect(backoff(3, () => 0)).toBe(0);
  expect(backoff(3, () => 0.5)).toBe(2_000);
});
