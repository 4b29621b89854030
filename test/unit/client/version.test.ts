import { expect, test } from 'vitest';
import { isOlder, version } from '../../../client/version.ts';
import manifest from '../../../package.json' with { type: 'json' };

test('the SDK’s version is the package’s', () => {
  expect(version).toBe(manifest.version);
});

test.each([
  ['1.2.3', '1.2.4'],
  ['1.2.3', '1.3.0'],
  ['1.9.9', '2.0.0'],
  ['1.9.0', '1.10.0'],
])('%s is older than %s', (older, newer) => {
  expect(isOlder(older, newer)).toBe(true);
  expect(isOlder(newer, older)).toBe(false);
});

test('no version is older than itself, nor than what is no version', () => {
  expect(isOlder('1.2.3', '1.2.3')).toBe(false);
  expect(isOlder('1.2.3', '')).toBe(false);
  expect(isOlder('1.2.3', 'next')).toBe(false);
});
