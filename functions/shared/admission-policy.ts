import * as z from 'zod/mini';

/**
 * Who may register: anybody, or who has a ticket of that issuer, signed with a key of its JWKS, or with the secret (of
 * Secrets Manager, at least 32 bytes) that it shares with this cloud.
 */
export const AdmissionPolicy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open') }),
  z.object({ kind: z.literal('jwks'), issuer: z.string(), url: z.url() }),
  z.object({ kind: z.literal('secret'), issuer: z.string(), secret: z.string() }),
]);
export type AdmissionPolicy = z.infer<typeof AdmissionPolicy>;
