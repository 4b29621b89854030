import type { AccountId } from './addresses.ts';
import type { Bytes } from './bytes.ts';
import { fromBase64Url, utf8 } from './bytes.ts';
import type { DeviceList } from './device-list.ts';
import { deviceListHash } from './device-list.ts';
import { type Label, number, statement } from './signing.ts';

/** What is said at one host, within minutes. */
const spoken = (label: Label, { host, at, about }: { host: string; at: number; about: Bytes }): Bytes =>
  statement(label, [utf8(host), number(at), about]);

/** What the identity key signs to register its account. */
export const registerStatement = (host: string, at: number, list: DeviceList): Bytes =>
  spoken('register', { host, at, about: fromBase64Url(deviceListHash(list)) });

/** What the identity key signs to put a new primary in the place of the former. */
export const recoverStatement = (host: string, at: number, list: DeviceList): Bytes =>
  spoken('recover', { host, at, about: fromBase64Url(deviceListHash(list)) });

/** What the identity key signs to delete its account. */
export const deleteStatement = (host: string, at: number, account: AccountId): Bytes =>
  spoken('delete', { host, at, about: utf8(account) });

/** What a companion's device key signs to ask what became of its pairing. */
export const collectStatement = (host: string, at: number, pairing: string): Bytes =>
  spoken('collect', { host, at, about: fromBase64Url(pairing) });

/** What a companion's device key signs to withdraw its pairing. */
export const cancelStatement = (host: string, at: number, pairing: string): Bytes =>
  spoken('cancel', { host, at, about: fromBase64Url(pairing) });

/** The `info` of the provisioning message (RFC 9180 §5.1): it opens for this pairing and these keys only. */
export const pairingInfo = (pairing: string, sealingKey: string, deviceKey: string): Bytes =>
  statement('pairing', [fromBase64Url(pairing), fromBase64Url(sealingKey), fromBase64Url(deviceKey)]);
