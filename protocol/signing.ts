import { sha256 } from '@noble/hashes/sha2.js';
import type { Bytes } from './bytes.ts';
import { fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

/** What a signature or hash is about; the label keeps one statement from being taken for another. */
export type Label =
  | 'device-list'
  | 'register'
  | 'recover'
  | 'delete'
  | 'collect'
  | 'cancel'
  | 'pairing'
  | 'recovery'
  | 'stream';

const uint = (value: number, length: 4 | 8): Bytes => {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  if (length === 4) view.setUint32(0, value);
  else view.setBigUint64(0, BigInt(value));
  return bytes;
};

/** A number as a field of a statement: 64 bits, big-endian. */
export const number = (value: number): Bytes => uint(value, 8);

/**
 * The one encoding of everything that is signed or hashed: `tandem.v1/<label>`, a zero byte, then each field as its
 * length in 32 bits, big-endian, and its bytes. Different statements never share an encoding.
 */
export const statement = (label: Label, fields: readonly Uint8Array[]): Bytes => {
  const parts = [utf8(`tandem.v1/${label}\0`), ...fields.flatMap((field) => [uint(field.length, 4), field])];
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
};

/** SHA-256 in base64url. */
export const hash = (bytes: Uint8Array): string => toBase64Url(sha256(bytes));

/** A WebCrypto key, whichever platform's types are loaded. */
type Key = Parameters<typeof crypto.subtle.sign>[1];

/** An Ed25519 signature (RFC 8032) in base64url; `key` is a WebCrypto private key. */
export const sign = async (key: Key, bytes: Bytes): Promise<string> =>
  toBase64Url(new Uint8Array(await crypto.subtle.sign('Ed25519', key, bytes)));

/** Whether `signature` over `bytes` is `publicKey`'s. Both in base64url; false for a key that is no curve point. */
export const verify = async (publicKey: string, signature: string, bytes: Bytes): Promise<boolean> => {
  try {
    const key = await crypto.subtle.importKey('raw', fromBase64Url(publicKey), 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', key, fromBase64Url(signature), bytes);
  } catch {
    return false;
  }
};
