import { decodeJwt, importJWK, jwtVerify } from 'jose';
import type { ErrorCode } from '#protocol';
import { isTimely, parseAddress, TokenClaims, tokenHeader } from '#protocol';
import type { Directory } from '../shared/directory/index.ts';
import { hasUniqueNames } from '../shared/unique-names.ts';

type At = { host: string; now: number };

/** Whether header and claims can be read in one way only (RFC 7515 §4, RFC 7519 §4). */
const isUnambiguous = (token: string): boolean =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => Buffer.from(part, 'base64url').toString())
    .every((text) => hasUniqueNames(text, JSON.parse(text)));

/** The claims as they stand, nobody having vouched for them: they say whose key to look for. */
const readClaims = (token: string): TokenClaims | undefined => {
  try {
    return isUnambiguous(token) ? TokenClaims.safeParse(decodeJwt(token)).data : undefined;
  } catch {
    return undefined;
  }
};

const isSigned = async (token: string, deviceKey: string): Promise<boolean> => {
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: deviceKey }, tokenHeader.alg);
  try {
    await jwtVerify(token, key, { algorithms: [tokenHeader.alg], typ: tokenHeader.typ });
    return true;
  } catch {
    return false;
  }
};

/** Whom a token lets in, or what is wrong with it: `time_skewed` also for one that is for another host. */
type Verdict = { claims: TokenClaims } | { refused: ErrorCode };

/**
 * Whether a connect token is timely, for this host and signed by the device that it names, which is linked and not
 * suspended. That a token is used once, `$connect` sees to.
 */
export const verifyToken = async (directory: Pick<Directory, 'device'>, token: string, at: At): Promise<Verdict> => {
  const claims = readClaims(token);
  if (claims === undefined) return { refused: 'invalid_request' };
  if (!isTimely(claims, at)) return { refused: 'time_skewed' };
  const { account, device } = parseAddress(claims.iss);
  const record = await directory.device(account, device);
  if (record === undefined) return { refused: 'unlinked' };
  if (record.suspended !== undefined) return { refused: 'account_suspended' };
  return (await isSigned(token, record.key)) ? { claims } : { refused: 'signature_invalid' };
};
