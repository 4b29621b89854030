import * as z from 'zod/mini';
import { AccountId, limits, type MessageId, messageTime, toBase64Url } from '#protocol';
import { ClientError } from '../errors.ts';
import { contentRoom, Header, type Place } from './streams/payload.ts';
import { origin } from './streams/running-hash.ts';

/** What an application sends. */
export type Outgoing = {
  /** One account or several; the other devices of the own account always get it too. */
  to: AccountId | readonly AccountId[];
  /** At most 22 000 bytes, less some 80 for each account that it goes to, the own one included. */
  body: Uint8Array;
  /** Wakes the recipients' devices at once. */
  urgent?: boolean;
  /** Seconds after which nobody wants it any more; 30 days when left out. */
  ttl?: number;
};

/** What an application has given, as it is kept until it has its numbers. */
export const Draft = z.object({
  to: z.array(AccountId).check(z.minLength(1), z.maxLength(limits.batch)),
  body: z.string(),
  urgent: z.optional(z.boolean()),
  ttl: z.optional(z.int().check(z.gte(1), z.lte(limits.envelopeLife / 1000))),
});
export type Draft = z.infer<typeof Draft>;

/** A message as the outbox keeps it, under its id. */
export const OutgoingRecord = z.extend(Draft, {
  header: Header,
  /** For those accounts alone, and not for the other devices of the own one. */
  alone: z.optional(z.literal(true)),
});
export type OutgoingRecord = z.infer<typeof OutgoingRecord>;

/** @throws `body_invalid`, `recipients_invalid`, `ttl_invalid` */
const draftWithin = ({ to, body, urgent, ttl }: Outgoing, room: number): Draft => {
  const draft = Draft.safeParse({ to: [to].flat(), body: toBase64Url(body), urgent, ttl });
  if (!draft.success) {
    const wrong = draft.error.issues[0]?.path[0] === 'ttl' ? 'ttl_invalid' : 'recipients_invalid';
    throw new ClientError(wrong, { details: draft.error.issues[0]?.message });
  }
  if (body.length < 1 || body.length > room) {
    throw new ClientError('body_invalid', { details: `${body.length} bytes, where ${room} have room` });
  }
  return draft.data;
};

/** What a signal says, and to whom: it has no header. @throws as `draftOf` */
export const signalDraftOf = (outgoing: Pick<Outgoing, 'to' | 'body'>): Draft => draftWithin(outgoing, limits.body);

/** @throws `body_invalid`, `recipients_invalid`, `ttl_invalid` before anything is kept or sent */
export const draftOf = (outgoing: Outgoing, self: AccountId): Draft => {
  const place: Place = [Number.MAX_SAFE_INTEGER, origin];
  const streams = Object.fromEntries([outgoing.to, self].flat().map((account) => [account, place]));
  return draftWithin(outgoing, contentRoom({ v: 1, kind: 'message', streams }));
};

// The server takes a message id for seven days: a day less leaves room for clocks and slow retries.
const patience = limits.messageAge - 24 * 60 * 60 * 1000;

/** Whether nobody wants a message any more. */
export const isUnwanted = (message: MessageId, { ttl }: { ttl?: number | undefined }, now: number): boolean =>
  ttl !== undefined && now - messageTime(message) > ttl * 1000;

/** Whether it is too late to send a message. */
export const isOverdue = (message: MessageId, record: { ttl?: number | undefined }, now: number): boolean =>
  now - messageTime(message) > patience || isUnwanted(message, record, now);
