import { bech32m } from '@scure/base';
import type { Bytes } from '#protocol';
import { ClientError } from '../errors.ts';
import { randomBytes } from '../platform.ts';

/** Part of the checksum, not of what is shown: another application's code is no code here. */
const prefix = 'tandem';
const size = 16;

/** 128 bits that open a backup. */
export const newRecoverySecret = (): Bytes => randomBytes(size);

/**
 * The secret as a person writes it down: 8 groups of 4 of the 32 letters and digits of Bech32m (BIP 350), none of which
 * looks like another; six are its checksum, which finds any four mistakes.
 */
export const formatRecoveryCode = (secret: Uint8Array): string => {
  const text = bech32m.encodeFromBytes(prefix, secret).slice(prefix.length + 1);
  return (text.toUpperCase().match(/.{4}/g) ?? []).join('-');
};

/** Reads a code leniently: case, spaces and dashes do not matter, O is 0, and I and 1 are L. @throws `recovery_code_invalid` */
export const readRecoveryCode = (code: string): Bytes => {
  const text = code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[i1]/g, 'l');
  const decoded = bech32m.decodeUnsafe(`${prefix}1${text}`);
  const secret = decoded && bech32m.fromWordsUnsafe(decoded.words);
  if (!secret || secret.length !== size) throw new ClientError('recovery_code_invalid');
  return Uint8Array.from(secret);
};
