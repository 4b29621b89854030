import type { Bytes } from './bytes.ts';
import { fromBase64Url, utf8 } from './bytes.ts';
import type { DeviceList } from './device-list.ts';
import { deviceListHash } from './device-list.ts';
import { number, statement } from './signing.ts';

/** What the identity key signs to register its account at one host, within minutes. */
export const registerStatement = (host: string, at: number, list: DeviceList): Bytes =>
  statement('register', [utf8(host), number(at), fromBase64Url(deviceListHash(list))]);

/** What a companion's device key signs to ask what became of its pairing. */
export const collectStatement = (host: string, at: number, pairing: string): Bytes =>
  statement('collect', [utf8(host), number(at), fromBase64Url(pairing)]);

/** The `info` of the provisioning message (RFC 9180 §5.1): it opens for this pairing and these keys only. */
export const pairingInfo = (pairing: string, sealingKey: string, deviceKey: string): Bytes =>
  statement('pairing', [fromBase64Url(pairing), fromBase64Url(sealingKey), fromBase64Url(deviceKey)]);
