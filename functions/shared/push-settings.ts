import * as z from 'zod/mini';

const Arn = z.string().check(z.startsWith('arn:'));

/** By what this deployment can wake devices: what is not there is off. */
export const PushSettings = z.object({
  /** The ARN of SNS's platform application for each kind of phone. */
  applications: z.object({ apns: z.optional(Arn), apns_sandbox: z.optional(Arn), fcm: z.optional(Arn) }),
  webPush: z.optional(
    z.object({
      /** Base64url of the uncompressed point on P-256 (RFC 8292 §3.2). */
      publicKey: z.string(),
      /** The name of the secret with the private key, a JWK. */
      secret: z.string(),
      /** `mailto:` or `https:`, for the operators of push services (RFC 8292 §2.1). */
      subject: z.string(),
      /** The hosts of push services, each as it is or as `*.` and what it ends with. */
      hosts: z.array(z.string()),
    }),
  ),
});
export type PushSettings = z.infer<typeof PushSettings>;
