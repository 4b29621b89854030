import { expect, test } from 'vitest';
import { formatPairingCode } from '#protocol';
import { drawCode, readPicture } from '../../demo/qr-picture.ts';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const text = formatPairingCode({
  endpoint: 'wss://abcdefghij.execute-api.eu-central-1.amazonaws.com/prod',
  pairing: Buffer.alloc(16, 200).toString('base64url'),
  sealingKey: key(201),
  deviceKey: key(202),
  secret: key(203),
});

test('a pairing code is read back from what the terminal shows, and fits 80 columns', () => {
  const picture = drawCode(text);
  expect(readPicture(picture)).toBe(text);
  expect(Math.max(...picture.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a terminal without a code is read as none', () => {
  expect(() => readPicture('no code here\nat all\n')).toThrow(/./);
});
