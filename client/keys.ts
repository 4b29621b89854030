import { exportJWK, generateKeyPair } from 'jose';
import * as z from 'zod/mini';
import { type Bytes, PublicKey, sign } from '#protocol';

/** An Ed25519 key as a JWK (RFC 8037): `x` is the public key as the protocol spells it, `d` the private one. */
export const SigningKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: PublicKey,
  d: z.string(),
});
export type SigningKey = z.infer<typeof SigningKey>;

/** A new Ed25519 key. */
export const generateSigningKey = async (): Promise<SigningKey> => {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  return SigningKey.parse(await exportJWK(privateKey));
};

/** The key's signature over a statement, in base64url. */
export const signWith = async (key: SigningKey, statement: Bytes): Promise<string> =>
  sign(await crypto.subtle.importKey('jwk', key, 'Ed25519', false, ['sign']), statement);
