import { bytesToHex } from '@noble/hashes/utils.js';
import * as z from 'zod/mini';

/**
 * Which trace a call belongs to (W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header), of version
 * 00: `00-<trace id>-<span id>-<flags>`. It is for whoever follows a message through logs, and decides nothing.
 */
export const Traceparent = z
  .string()
  .check(
    z.regex(
      /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/,
      'expected a traceparent, 00-<32 hexadecimal digits>-<16>-<2>, in lower case',
    ),
  );
export type Traceparent = z.infer<typeof Traceparent>;

/** How many random bytes a new one takes. */
export const traceparentBytes = 24;

/** The first span of a new trace. Nobody keeps spans, so it is flagged as not sampled. */
export const traceparentOf = (random: Uint8Array): Traceparent =>
  `00-${bytesToHex(random.subarray(0, 16))}-${bytesToHex(random.subarray(16, traceparentBytes))}-00`;

/** The 32 digits of its trace id. */
export const traceIdOf = (traceparent: Traceparent): string => traceparent.slice(3, 35);
