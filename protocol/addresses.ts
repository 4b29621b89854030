import { sha256 } from '@noble/hashes/sha2.js';
import * as z from 'zod/mini';
import { fromBase64Url, toBase32 } from './bytes.ts';

/** 32 characters of base32: see {@link accountIdOf}. */
export const AccountId = z.string().check(z.regex(/^[a-z2-7]{32}$/, 'expected an account id'));
export type AccountId = z.infer<typeof AccountId>;

/** The list version that added the device: it only grows, so a number is never used twice in an account's life. */
export const DeviceNumber = z.int().check(z.gte(1), z.lte(999_999_999));
export type DeviceNumber = z.infer<typeof DeviceNumber>;

/** `<account>.<device>` */
export const DeviceAddress = z
  .string()
  .check(z.regex(/^[a-z2-7]{32}\.[1-9][0-9]{0,8}$/, 'expected a device address, <account>.<device>'));
export type DeviceAddress = z.infer<typeof DeviceAddress>;

/**
 * The account that an identity key owns: the first 20 bytes of the key's SHA-256, in base32. Whoever holds the
 * key can check the id, so no server can hand out another's.
 */
export const accountIdOf = (identityKey: string): AccountId =>
  toBase32(sha256(fromBase64Url(identityKey)).subarray(0, 20));

export const addressOf = (account: AccountId, device: DeviceNumber): DeviceAddress => `${account}.${device}`;

/** The account and the device of an address that its schema has passed. */
export const parseAddress = (address: DeviceAddress): { account: AccountId; device: DeviceNumber } => {
  const dot = address.indexOf('.');
  return { account: address.slice(0, dot), device: Number(address.slice(dot + 1)) };
};
