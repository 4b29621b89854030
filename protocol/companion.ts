import * as z from 'zod/mini';
import { limits } from './limits.ts';

/** What a computer calls itself. */
export const Label = z
  .string()
  .check(z.minLength(1), z.maxLength(limits.label), z.regex(/^[^\p{C}]*$/u, 'expected plain text'));

/** The state that a companion finds its pairing in. */
export const PairingState = z.enum(['opened', 'scanned', 'approved', 'denied', 'expired', 'cancelled']);
export type PairingState = z.infer<typeof PairingState>;

/** What the phone shows before its person decides; `sameNetwork` is a hint, not a proof. */
export const Companion = z.object({
  label: z.optional(Label),
  userAgent: z.optional(z.string()),
  address: z.string(),
  sameNetwork: z.boolean(),
});
export type Companion = z.infer<typeof Companion>;
