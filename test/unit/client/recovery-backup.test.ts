import { createDecipheriv, hkdfSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { accountIdOf, fromBase64Url, toBase64Url } from '#protocol';
import { openBackup, sealBackup } from '../../../client/recovery/backup.ts';
import { formatRecoveryCode, newRecoverySecret, readRecoveryCode } from '../../../client/recovery/recovery-code.ts';
import { jwkOf, somebody } from './people.ts';

const bytes = (length: number, from = 0) => Uint8Array.from({ length }, (_, i) => from + i);

/** RFC 8032 §7.1, test 1. */
const identityKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxXN7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
} as const;
const secret = bytes(16);
const nonce = bytes(12, 100);
const recovery = { identityKey, version: 3, hash: 'YgEI2FQWxJMsDuDsNYCjbgJQZBRqSX9Nx00RMzn3l1c' };
const code = formatRecoveryCode(secret);
const refusedCode = { code: 'recovery_code_invalid' };
const refusedBackup = { code: 'recovery_backup_invalid' };

test('the vectors beside this test are what this implementation computes', async () => {
  const vectors = {
    secretHex: Buffer.from(secret).toString('hex'),
    code,
    nonceHex: Buffer.from(nonce).toString('hex'),
    recovery,
    backup: await sealBackup(recovery, { secret, nonce }),
  };
  await expect(`${JSON.stringify(vectors, null, 2)}\n`).toMatchFileSnapshot('./recovery-vectors.json');
});

describe('the recovery code', () => {
  test('is 8 groups of 4, and reads back', () => {
    expect(code).toMatch(/^[02-9AC-HJ-NP-Z]{4}(-[02-9AC-HJ-NP-Z]{4}){7}$/);
    expect(readRecoveryCode(code)).toEqual(secret);
    expect(newRecoverySecret()).toHaveLength(16);
    expect(newRecoverySecret()).not.toEqual(newRecoverySecret());
  });

  test('is read as people write: case, spaces, O for 0, I and 1 for L', () => {
    // Of a secret whose code has both a 0 and an L.
    const lenient = Array.from({ length: 64 }, (_, i) => bytes(16, i)).find((bytes) =>
      ['0', 'L'].every((letter) => formatRecoveryCode(bytes).includes(letter)),
    );
    const text = formatRecoveryCode(lenient ?? new Uint8Array());
    for (const spelling of [
      text.toLowerCase(),
      ` ${text.replaceAll('-', ' ')}\n`,
      text.replaceAll('-', ''),
      text.replaceAll('0', 'O').replaceAll('L', '1'),
      text.replaceAll('0', 'o').replaceAll('L', 'i'),
    ]) {
      expect(readRecoveryCode(spelling)).toEqual(lenient);
    }
  });

  test('with a typo, or two letters that changed places, is recognised at once', () => {
    for (let i = 0; i < code.length; i += 1) {
      const letter = code.charAt(i);
      if (letter === '-') continue;
      const typo = code.slice(0, i) + (letter === 'Q' ? 'P' : 'Q') + code.slice(i + 1);
      expect(() => readRecoveryCode(typo)).toThrow(expect.objectContaining(refusedCode));
    }
    const [one = '', two = '', ...more] = code.split('-');
    const swapped = [two, one, ...more].join('-');
    expect(() => readRecoveryCode(swapped)).toThrow(expect.objectContaining(refusedCode));
    for (const text of ['', code.slice(0, -1), `${code}Q`, 'not a code', `${code}-${code}-${code}`]) {
      expect(() => readRecoveryCode(text)).toThrow(expect.objectContaining(refusedCode));
    }
  });
});

describe('the backup', () => {
  test('opens with its code’s secret, and with no other', async () => {
    const backup = await sealBackup(recovery, { secret });

    expect(await openBackup(backup, secret)).toEqual(recovery);
    expect(await openBackup(`${backup}\n`, secret)).toEqual(recovery);
    await expect(openBackup(backup, newRecoverySecret())).rejects.toMatchObject(refusedBackup);
  });

  test('is AES-256-GCM under HKDF-SHA256, as another implementation has it', async () => {
    const backup = Buffer.from(await sealBackup(recovery, { secret }), 'base64url');
    const header = backup.subarray(0, 33);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(header.length);
    const about = Buffer.concat([Buffer.from('tandem.v1/recovery\0'), length, header]);

    const key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), about, 32));
    const opening = createDecipheriv('aes-256-gcm', key, backup.subarray(33, 45)).setAAD(about);
    opening.setAuthTag(backup.subarray(-16));
    const plain = Buffer.concat([opening.update(backup.subarray(45, -16)), opening.final()]);

    expect(JSON.parse(plain.toString())).toEqual(recovery);
    expect(header.toString()).toBe(`\u0001${accountIdOf(identityKey.x)}`);
  });

  test('says nothing of the key to who has no code, and is never the same twice', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => sealBackup(recovery, { secret })));

    expect(one).not.toBe(two);
    expect(Buffer.from(one ?? '', 'base64url').toString('latin1')).not.toContain(identityKey.d);
  });

  test('of one account is not another’s, nor of a format to come', async () => {
    const mine = fromBase64Url(await sealBackup(recovery, { secret }));
    const theirs = fromBase64Url(
      await sealBackup({ ...recovery, identityKey: jwkOf(somebody().identity) }, { secret }),
    );

    const mixed = new Uint8Array([...theirs.slice(0, 33), ...mine.slice(33)]);
    await expect(openBackup(toBase64Url(mixed), secret)).rejects.toMatchObject(refusedBackup);
    const later = new Uint8Array([2, ...mine.slice(1)]);
    await expect(openBackup(toBase64Url(later), secret)).rejects.toMatchObject({
      ...refusedBackup,
      cause: { message: 'format 2, not 1' },
    });
  });
});
