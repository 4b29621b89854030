import * as z from 'zod/mini';
import { DeviceAddress } from './addresses.ts';
import { FixedBytes, Timestamp } from './bytes.ts';
import { limits } from './limits.ts';

/** The WebSocket subprotocol, and with it the version of the protocol. */
export const subprotocol = 'tandem.v1';

/** The JWT header (RFC 7515) of a connect token; `typ` keeps other JWTs of the same key out (RFC 8725 §3.11). */
export const tokenHeader = { alg: 'EdDSA', typ: 'tandem.connect+jwt' } as const;

/** The claims (RFC 7519) of the token with which a device connects; `iat` is in milliseconds, not seconds. */
export const TokenClaims = z.object({ iss: DeviceAddress, aud: z.string(), iat: Timestamp, jti: FixedBytes(16) });
export type TokenClaims = z.infer<typeof TokenClaims>;

/** Whether a token is for this host and of this minute: 60 s of age and 30 s of a fast clock are allowed. */
export const isTimely = (claims: TokenClaims, { host, now }: { host: string; now: number }): boolean =>
  claims.aud === host && claims.iat >= now - limits.tokenAge && claims.iat <= now + limits.tokenLead;

/** The values of a `Sec-WebSocket-Protocol` header: a token is present or it is not; anything else is refused. */
export const parseOffer = (header: string): { kind: 'guest' } | { kind: 'token'; token: string } | undefined => {
  const [first, token, ...more] = header.split(',').map((value) => value.trim());
  if (first !== subprotocol || more.length > 0) return undefined;
  return token === undefined ? { kind: 'guest' } : { kind: 'token', token };
};
