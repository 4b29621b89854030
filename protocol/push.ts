import * as z from 'zod/mini';
import { FixedBytes } from './bytes.ts';
import { limits } from './limits.ts';

/** By whom a device can be woken: Apple (production or sandbox), Google, or the push service of a browser. */
export const PushKind = z.enum(['apns', 'apns_sandbox', 'fcm', 'webpush']);
export type PushKind = z.infer<typeof PushKind>;

/**
 * `PushSubscription.toJSON()` of a browser (W3C Push API §8). `p256dh` is the uncompressed point of its ECDH key on P-256,
 * `auth` its secret (RFC 8291 §3).
 */
export const PushSubscription = z.object({
  endpoint: z
    .string()
    .check(z.maxLength(limits.pushToken), z.regex(/^https:\/\/[\x21-\x7e]+$/, 'expected an https: URL')),
  keys: z.object({
    p256dh: z
      .string()
      .check(z.regex(/^B[A-Za-z0-9_-]{85}[AEIMQUYcgkosw048]$/, 'expected a point of 65 bytes in base64url')),
    auth: FixedBytes(16),
  }),
});
export type PushSubscription = z.infer<typeof PushSubscription>;

/** Where a device is reached while it is not connected. `silent`: the app is woken in the background, and shows nothing. */
export const PushRegistration = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['apns', 'apns_sandbox']),
    // SNS takes no longer one.
    token: z
      .string()
      .check(z.regex(/^(?:[0-9a-f]{2}){1,200}$/, 'expected a device token in lower-case hexadecimal digits')),
    silent: z.optional(z.boolean()),
  }),
  z.object({
    kind: z.literal('fcm'),
    token: z.string().check(z.maxLength(limits.pushToken), z.regex(/^[\x21-\x7e]+$/, 'expected a registration token')),
  }),
  z.object({ kind: z.literal('webpush'), subscription: PushSubscription }),
]);
export type PushRegistration = z.infer<typeof PushRegistration>;
