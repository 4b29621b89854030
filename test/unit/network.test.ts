import { expect, test } from 'vitest';
import { sameNetwork } from '../../functions/shared/network.ts';

test.each([
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.8', false],
  ['2001:db8:1:2:aaaa::1', '2001:db8:1:2:bbbb:cccc:dddd:eeee', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002::2', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:1::1', true],
  ['::1', '127.0.0.1', false],
  ['::ffff:203.0.113.7', '203.0.113.7', true],
  ['::ffff:203.0.113.7', '::FFFF:203.0.113.8', false],
])('%s and %s are one network: %s', (a, b, same) => {
  expect(sameNetwork(a, b)).toBe(same);
});
