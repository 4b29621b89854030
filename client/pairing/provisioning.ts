import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import * as z from 'zod/mini';
import {
  type Bytes,
  DeviceNumber,
  fromBase64Url,
  type PairingCode,
  PublicKey,
  pairingInfo,
  toBase64Url,
  utf8,
} from '#protocol';
import { ClientError } from '../errors.ts';

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});
const encapsulated = suite.kem.encSize;

/** What the primary tells the companion, and the relay cannot read: whose device it is now, and its number. */
export const Provisioning = z.object({ identityKey: PublicKey, device: DeviceNumber });
export type Provisioning = z.infer<typeof Provisioning>;

/** What the code says of itself: for these keys and this secret the message is sealed, and for no others. */
type Sealing = Pick<PairingCode, 'pairing' | 'sealingKey' | 'deviceKey' | 'secret'>;

const parameters = ({ pairing, sealingKey, deviceKey, secret }: Sealing) => ({
  info: pairingInfo(pairing, sealingKey, deviceKey),
  psk: { id: utf8('tandem.v1/pairing'), key: fromBase64Url(secret) },
});

/** An X25519 key pair for one linking; the private half never leaves this process. */
export const generateSealingKeys = async () => {
  const { publicKey, privateKey } = await suite.kem.generateKeyPair();
  return { publicKey: toBase64Url(new Uint8Array(await suite.kem.serializePublicKey(publicKey))), privateKey };
};

/** RFC 9180 `mode_psk`: the encapsulated key, then the ciphertext, in base64url. */
export const sealProvisioning = async (provisioning: Provisioning, code: Sealing): Promise<string> => {
  const recipientPublicKey = await suite.kem.deserializePublicKey(fromBase64Url(code.sealingKey));
  const plain = utf8(JSON.stringify(provisioning));
  const { enc, ct } = await suite.seal({ recipientPublicKey, ...parameters(code) }, plain);
  return toBase64Url(new Uint8Array([...new Uint8Array(enc), ...new Uint8Array(ct)]));
};

type RecipientKey = Awaited<ReturnType<typeof generateSealingKeys>>['privateKey'];

/** @throws `provisioning_invalid` unless it was sealed by someone who has read this very code. */
export const openProvisioning = async (
  sealed: string,
  { code, privateKey }: { code: Sealing; privateKey: RecipientKey },
): Promise<Provisioning> => {
  try {
    const bytes: Bytes = fromBase64Url(sealed);
    const enc = bytes.slice(0, encapsulated);
    const plain = await suite.open({ recipientKey: privateKey, enc, ...parameters(code) }, bytes.slice(encapsulated));
    return Provisioning.parse(JSON.parse(new TextDecoder().decode(plain)));
  } catch (cause) {
    throw new ClientError('provisioning_invalid', { cause });
  }
};
