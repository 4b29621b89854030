import * as z from 'zod/mini';
import { AccountId, limits, type MessageId, messageTime, toBase64Url } from '#protocol';
import { ClientError } from '../errors.ts';

/** What an application sends. */
export type Outgoing = {
  /** One account or several; the other devices of the own account always get it too. */
  to: AccountId | readonly AccountId[];
  /** At most 22 000 bytes. */
  body: Uint8Array;
  /** Wakes the recipients' devices at once. */
  urgent?: boolean;
  /** Seconds after which nobody wants it any more; 30 days when left out. */
  ttl?: number;
};

/** A message as the outbox keeps it, under its id. */
export const OutgoingRecord = z.object({
  to: z.array(AccountId).check(z.minLength(1)),
  body: z.string(),
  urgent: z.optional(z.boolean()),
  ttl: z.optional(z.int().check(z.gte(1), z.lte(limits.envelopeLife / 1000))),
});
export type OutgoingRecord = z.infer<typeof OutgoingRecord>;

/** @throws `body_invalid`, `recipients_invalid`, `ttl_invalid` before anything is kept or sent */
export const recordOf = ({ to, body, urgent, ttl }: Outgoing): OutgoingRecord => {
  if (body.length < 1 || body.length > limits.body) {
    throw new ClientError('body_invalid', { details: `${body.length} bytes` });
  }
  const accounts = typeof to === 'string' ? [to] : [...to];
  const record = OutgoingRecord.safeParse({ to: accounts, body: toBase64Url(body), urgent, ttl });
  if (record.success) return record.data;
  const wrong = record.error.issues[0]?.path[0] === 'ttl' ? 'ttl_invalid' : 'recipients_invalid';
  throw new ClientError(wrong, { details: record.error.issues[0]?.message });
};

// The server takes a message id for seven days: a day less leaves room for clocks and slow retries.
const patience = limits.messageAge - 24 * 60 * 60 * 1000;

/** Whether it is too late to send a message. */
export const isOverdue = (message: MessageId, { ttl }: OutgoingRecord, now: number): boolean =>
  now - messageTime(message) > Math.min(patience, ttl === undefined ? patience : ttl * 1000);
