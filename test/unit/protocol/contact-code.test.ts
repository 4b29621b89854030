import { expect, test } from 'vitest';
import { formatContactCode, parseContactCode } from '#protocol';

const code = { endpoint: 'wss://relay.example.org/prod', account: 'eh7ddx5bksrgcytl7bkai36se4nxx3kl' };
const text = formatContactCode(code);

test('a contact link reads back as it was written', () => {
  expect(text).toBe('tandem:contact?v=1&e=wss%3A%2F%2Frelay.example.org%2Fprod&a=eh7ddx5bksrgcytl7bkai36se4nxx3kl');
  expect(parseContactCode(` ${text}\n`)).toEqual({ ok: true, code });
});

test.each([
  ['not a Tandem contact link', 'tandem:pair?v=1'],
  ['contact link version 2: update this application', text.replace('v=1', 'v=2')],
  ['incomplete or damaged contact link: account', text.slice(0, -1)],
  ['incomplete or damaged contact link: endpoint', text.replace('wss', 'https')],
  ['incomplete or damaged contact link: account', text.replace(/&a=.*/, '')],
])('another text is refused: %s', (reason, other) => {
  expect(parseContactCode(other)).toEqual({ ok: false, reason });
});
