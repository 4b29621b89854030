import { expect, test } from 'vitest';
import { formatPairingCode, parsePairingCode } from '#protocol';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const code = {
  endpoint: 'wss://relay.example.org/prod',
  pairing: Buffer.alloc(16, 1).toString('base64url'),
  sealingKey: key(2),
  deviceKey: key(3),
  secret: key(4),
};
const text = formatPairingCode(code);

test('a code reads back as it was written', () => {
  expect(text.startsWith('tandem:pair?v=1&e=')).toBe(true);
  expect(parsePairingCode(` ${text}\n`)).toEqual({ ok: true, code });
});

test.each([
  ['not a Tandem pairing code', 'https://example.org/'],
  ['pairing code version 2: update this application', text.replace('v=1', 'v=2')],
  ['incomplete or damaged pairing code: secret', text.slice(0, -1)],
  ['incomplete or damaged pairing code: endpoint', text.replace('wss', 'https')],
  ['incomplete or damaged pairing code: pairing', text.replace(/&p=[^&]*/, '')],
])('another text is refused: %s', (reason, other) => {
  expect(parsePairingCode(other)).toEqual({ ok: false, reason });
});
