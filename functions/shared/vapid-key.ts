import * as z from 'zod/mini';
import { FixedBytes, fromBase64Url, toBase64Url } from '#protocol';

/** The key pair that push services know this deployment by (RFC 8292), as its secret holds it: a private JWK. */
const VapidKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: FixedBytes(32),
  y: FixedBytes(32),
  d: FixedBytes(32),
});
export type VapidKey = z.infer<typeof VapidKey>;

/** What the secret of that name holds. @throws without a word of it when it is no such key */
export const parseVapidKey = (name: string, secret: string): VapidKey => {
  const parsed = VapidKey.safeParse(parseJson(secret));
  if (parsed.success) return parsed.data;
  throw new Error(`The secret ${name} holds no private key on P-256 as a JWK: restore it, or delete it for a new one.`);
};

/** The uncompressed point (65 bytes, SEC 1 §2.3.3) in base64url, as browsers take it for `applicationServerKey`. */
export const publicVapidKey = ({ x, y }: VapidKey): string =>
  toBase64Url(new Uint8Array([4, ...fromBase64Url(x), ...fromBase64Url(y)]));

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the secret.
    return undefined;
  }
};
