import { base32nopad, base64urlnopad } from '@scure/base';
import * as z from 'zod/mini';

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text);

/** Base64url without padding (RFC 4648 §5), the one spelling of binary on the wire. */
export const toBase64Url = (bytes: Uint8Array): string => base64urlnopad.encode(bytes);

/** @throws when the text is not canonical base64url without padding. */
export const fromBase64Url = (text: string): Bytes => Uint8Array.from(base64urlnopad.decode(text));

/** Base32 in lower case without padding (RFC 4648 §6). */
export const toBase32 = (bytes: Uint8Array): string => base32nopad.encode(bytes).toLowerCase();

/** Binary of exactly `length` bytes; only the canonical spelling passes, so equal strings are equal bytes. */
export const FixedBytes = (length: 16 | 32 | 64) => {
  const [characters, last] = { 16: [21, 'AQgw'], 32: [42, 'AEIMQUYcgkosw048'], 64: [85, 'AQgw'] }[length];
  return z
    .string()
    .check(
      z.regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}[${last}]$`), `expected ${length} bytes in unpadded base64url`),
    );
};

/** Binary of 1 to `most` bytes. */
export const BoundedBytes = (most: number) =>
  z
    .string()
    .check(
      z.minLength(2, 'expected at least one byte'),
      z.maxLength(Math.ceil((most * 4) / 3), `expected at most ${most} bytes in unpadded base64url`),
      z.regex(/^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/, 'expected unpadded base64url'),
    );

export const PublicKey = FixedBytes(32);
export const Signature = FixedBytes(64);
export const Hash = FixedBytes(32);

/** Milliseconds since 1970. */
export const Timestamp = z.int().check(z.nonnegative());
