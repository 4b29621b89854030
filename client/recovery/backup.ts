import * as z from 'zod/mini';
import { accountIdOf, type Bytes, fromBase64Url, Hash, statement, toBase64Url, utf8 } from '#protocol';
import { ClientError } from '../errors.ts';
import { SigningKey } from '../keys.ts';
import { randomBytes } from '../platform.ts';

/** What a backup keeps: the account's key, and which list was current, before which no server may go back. */
export const Recovery = z.object({ identityKey: SigningKey, version: z.int(), hash: Hash });
export type Recovery = z.infer<typeof Recovery>;

/** A version byte, the account's id, the nonce; then the ciphertext and its tag. */
const format = 1;
const layout = { account: 1, nonce: 33, sealed: 45 } as const;

/** AES-256-GCM under HKDF-SHA256 (RFC 5869) of the secret, for this account and format alone. */
const parameters = async (secret: Bytes, header: Bytes, nonce: Bytes) => {
  const about = statement('recovery', [header]);
  const base = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: about };
  const key = await crypto.subtle.deriveKey(derivation, base, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return { key, algorithm: { name: 'AES-GCM', iv: nonce, additionalData: about } };
};

/** The backup in base64url; without the secret it tells nothing but whose it is. */
export const sealBackup = async (
  recovery: Recovery,
  { secret, nonce = randomBytes(layout.sealed - layout.nonce) }: { secret: Bytes; nonce?: Bytes },
): Promise<string> => {
  const header = new Uint8Array([format, ...utf8(accountIdOf(recovery.identityKey.x))]);
  const { algorithm, key } = await parameters(secret, header, nonce);
  const sealed = await crypto.subtle.encrypt(algorithm, key, utf8(JSON.stringify(recovery)));
  return toBase64Url(new Uint8Array([...header, ...nonce, ...new Uint8Array(sealed)]));
};

/** What was sealed. @throws `recovery_backup_invalid` when it is damaged or another's secret */
export const openBackup = async (backup: string, secret: Bytes): Promise<Recovery> => {
  try {
    const bytes = fromBase64Url(backup.trim());
    if (bytes[0] !== format) throw new Error(`format ${bytes[0]}, not ${format}`);
    const [header, nonce] = [bytes.slice(0, layout.nonce), bytes.slice(layout.nonce, layout.sealed)];
    const { algorithm, key } = await parameters(secret, header, nonce);
    const plain = await crypto.subtle.decrypt(algorithm, key, bytes.slice(layout.sealed));
    const recovery = Recovery.parse(JSON.parse(new TextDecoder().decode(plain)));
    const account = new TextDecoder().decode(header.slice(layout.account));
    if (accountIdOf(recovery.identityKey.x) !== account) throw new Error('the key of another account');
    return recovery;
  } catch (cause) {
    throw new ClientError('recovery_backup_invalid', { cause });
  }
};
