import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '#protocol';
import { generateSigningKey } from '../../client/keys.ts';
import { openBackup, sealBackup } from '../../client/recovery/backup.ts';
import { formatRecoveryCode, readRecoveryCode } from '../../client/recovery/recovery-code.ts';

const secrets = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Uint8Array.from(array));
const alphabet = '023456789ACDEFGHJKLMNPQRSTUVWXYZ'.split('');

test('a recovery code reads back as its secret, however it is written', () => {
  const spellings = fc.array(
    fc.constantFrom<(text: string) => string>(
      (text) => text.toLowerCase(),
      (text) => text.replaceAll('-', ' '),
      (text) => text.replaceAll('0', 'O'),
      (text) => text.replaceAll('L', 'I'),
      (text) => text.replaceAll('L', '1'),
    ),
  );
  fc.assert(
    fc.property(secrets, spellings, (secret, spell) => {
      const written = spell.reduce((text, change) => change(text), formatRecoveryCode(secret));
      expect(readRecoveryCode(written)).toEqual(secret);
    }),
  );
});

test('up to four mistakes in a recovery code are always found', () => {
  const mistakes = fc.uniqueArray(fc.record({ at: fc.nat({ max: 31 }), to: fc.constantFrom(...alphabet) }), {
    selector: ({ at }) => at,
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(secrets, mistakes, (secret, changes) => {
      const letters = formatRecoveryCode(secret).replaceAll('-', '').split('');
      const before = letters.join('');
      for (const { at, to } of changes) letters[at] = to;
      fc.pre(letters.join('') !== before);
      expect(() => readRecoveryCode(letters.join(''))).toThrow(
        expect.objectContaining({ code: 'recovery_code_invalid' }),
      );
    }),
  );
});

test('a backup opens to what was sealed, and not at all once a bit of it has changed', async () => {
  const identityKey = await generateSigningKey();
  const hash = Buffer.alloc(32, 1).toString('base64url');
  await fc.assert(
    fc.asyncProperty(secrets, fc.integer({ min: 1, max: 999_999_999 }), fc.nat(), async (secret, version, position) => {
      const recovery = { identityKey, version, hash };
      const backup = await sealBackup(recovery, { secret });
      expect(await openBackup(backup, secret)).toEqual(recovery);

      const bytes = fromBase64Url(backup);
      const bit = position % (bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(openBackup(toBase64Url(bytes), secret)).rejects.toMatchObject({ code: 'recovery_backup_invalid' });
    }),
    { numRuns: 100 },
  );
});
