import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { hash, TandemError, utf8 } from '#protocol';
import type { AdmissionPolicy } from '../shared/admission-policy.ts';
import type { UsedTicket } from '../shared/directory/index.ts';
import type { Telemetry } from '../shared/telemetry/index.ts';
import { readSecret } from './secret.ts';

/** Whether somebody may register; gives the ticket to be used up. @throws `admission_refused`, `unavailable` */
export type Admit = (ticket: string | undefined, now: number) => Promise<UsedTicket | undefined>;

type Ticketed = Exclude<AdmissionPolicy, { kind: 'open' }>;
type Surroundings = { host: string; telemetry: Pick<Telemetry, 'failure'> };

/** Keeps the issuer's other JWTs out (RFC 8725 §3.11). */
const typ = 'tandem.ticket+jwt';
const asymmetric = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'RS256'];

const Claims = z.object({ iss: z.string(), jti: z.string().check(z.minLength(1)), exp: z.number() });

/** What checks a signature. Keys of the issuer are fetched when an unknown one is named, and kept. */
const verifier = (policy: Ticketed) => {
  if (policy.kind === 'jwks') {
    const keys = createRemoteJWKSet(new URL(policy.url));
    return (ticket: string, options: object) => jwtVerify(ticket, keys, { ...options, algorithms: asymmetric });
  }
  const secret = readSecret(policy.secret);
  return async (ticket: string, options: object) =>
    jwtVerify(ticket, utf8(await secret()), { ...options, algorithms: ['HS256'] });
};

/** Why the ticket is bad, or undefined when it is not the ticket's fault. */
const reasonOf = (error: unknown): string | undefined => {
  if (error instanceof errors.JWTExpired) return 'expired';
  const unreachable = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  const generic = error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
  return error instanceof errors.JOSEError && !unreachable && !generic ? 'invalid' : undefined;
};

/** By the deployer's policy; a ticket is for one host and works once. */
export const createAdmission = (policy: AdmissionPolicy, { host, telemetry }: Surroundings): Admit => {
  if (policy.kind === 'open') return async () => undefined;
  const check = verifier(policy);

  const read = async (ticket: string, now: number): Promise<JWTPayload> => {
    try {
      const { payload } = await check(ticket, {
        issuer: policy.issuer,
        audience: host,
        typ,
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(now),
      });
      return payload;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== undefined) throw new TandemError('admission_refused', { reason });
      telemetry.failure('admission', error);
      throw new TandemError('unavailable');
    }
  };

  return async (ticket, now) => {
    if (ticket === undefined) throw new TandemError('admission_refused', { reason: 'missing' });
    const claims = Claims.safeParse(await read(ticket, now));
    if (!claims.success) throw new TandemError('admission_refused', { reason: 'invalid' });
    const { iss, jti, exp } = claims.data;
    return { id: hash(utf8(JSON.stringify([iss, jti]))), expires: exp * 1000 };
  };
};
