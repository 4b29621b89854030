import * as z from 'zod/mini';
import { ClientError, isClientErrorCode } from '../errors.ts';

/** A failure as it goes from tab to tab. */
export const Failure = z.object({
  /** What is no ClientError has none. */
  code: z.optional(z.string()),
  message: z.string(),
  details: z.optional(z.unknown()),
  retryable: z.optional(z.boolean()),
  retryAfterMs: z.optional(z.number()),
});
export type Failure = z.infer<typeof Failure>;

export const toFailure = (error: unknown): Failure => {
  if (!(error instanceof ClientError)) return { message: String(error) };
  const { code, message, details, retryable, retryAfterMs } = error;
  return { code, message, details, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
};

export const fromFailure = ({ code, message, details, retryable, retryAfterMs }: Failure): Error => {
  if (code === undefined || !isClientErrorCode(code)) return new Error(message);
  return new ClientError(code, { details, retryAfterMs, ...(retryable !== undefined && { retryable }) });
};
