import * as z from 'zod/mini';
import type { DeviceAddress } from './addresses.ts';
import { AccountId, DeviceNumber } from './addresses.ts';
import { BoundedBytes, Timestamp } from './bytes.ts';
import { limits } from './limits.ts';
import { Traceparent } from './traceparent.ts';

const uuidV7 = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** A UUIDv7 (RFC 9562 §5.7) in lower case: one message, whatever the number of its envelopes and of its retries. */
export const MessageId = z.string().check(z.regex(new RegExp(`^${uuidV7}$`), 'expected a UUIDv7 in lower case'));
export type MessageId = z.infer<typeof MessageId>;

/** `<message>.<sender address>` */
export const EnvelopeId = z
  .string()
  .check(z.regex(new RegExp(`^${uuidV7}\\.[a-z2-7]{32}\\.[1-9][0-9]{0,8}$`), 'expected an envelope id'));
export type EnvelopeId = z.infer<typeof EnvelopeId>;

export const envelopeIdOf = (message: MessageId, sender: DeviceAddress): EnvelopeId => `${message}.${sender}`;

/** The message and the sender of an envelope id that its schema has passed. */
export const parseEnvelopeId = (id: EnvelopeId): { message: MessageId; sender: DeviceAddress } => ({
  message: id.slice(0, 36),
  sender: id.slice(37),
});

/** When a message id was made, in milliseconds since 1970 (RFC 9562 §5.7: the first 48 bits). */
export const messageTime = (id: MessageId): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);

/** Whether a message of this id may be stored now: at most 7 days old, at most 5 minutes ahead. */
export const isCurrent = (id: MessageId, now: number): boolean => {
  const at = messageTime(id);
  return at >= now - limits.messageAge && at <= now + limits.messageLead;
};

const unique = (values: readonly unknown[]) => new Set(values).size === values.length;

export const Body = BoundedBytes(limits.body);

/** Whom a message goes to in one account: every device of the list version that the sender knows, itself excepted. */
export const Recipient = z.object({
  account: AccountId,
  version: z.int().check(z.gte(1)),
  devices: z.array(z.object({ device: DeviceNumber, body: z.int().check(z.nonnegative()) })).check(
    z.maxLength(limits.devices),
    z.refine((devices) => unique(devices.map(({ device }) => device)), 'a device is named twice'),
  ),
});
export type Recipient = z.infer<typeof Recipient>;

const addressed = {
  message: MessageId,
  bodies: z.array(Body).check(z.minLength(1), z.maxLength(limits.batch)),
  to: z.array(Recipient).check(
    z.minLength(1),
    z.maxLength(limits.batch),
    z.refine((to) => unique(to.map(({ account }) => account)), 'an account is named twice'),
  ),
};

type Addressed = { bodies: string[]; to: Recipient[] };

const bodiesExist = ({ bodies, to }: Addressed) =>
  to.every(({ devices }) => devices.every(({ body }) => body < bodies.length));

const bodiesNamed = z.refine<Addressed>(bodiesExist, 'a device names a body that is not there');

/** How many envelopes a message is. */
export const countEnvelopes = ({ to }: Pick<Addressed, 'to'>): number =>
  to.reduce((count, { devices }) => count + devices.length, 0);

export const Message = z
  .object({
    ...addressed,
    urgent: z.optional(z.boolean()),
    /** Seconds after which nobody wants it any more. */
    ttl: z.optional(z.int().check(z.gte(1), z.lte(limits.envelopeLife / 1000))),
  })
  .check(bodiesNamed);
export type Message = z.infer<typeof Message>;

const notTwice = z.refine<{ message: MessageId }[]>(
  (messages) => unique(messages.map(({ message }) => message)),
  'a message is named twice',
);
const notTooMany = z.refine<Addressed[]>(
  (messages) => messages.reduce((count, message) => count + countEnvelopes(message), 0) <= limits.batch,
  `at most ${limits.batch} envelopes a call`,
);
/** An account may be named without a device, as one's own that has no other; it is read all the same. */
const notTooFar = z.refine<Addressed[]>(
  (messages) => new Set(messages.flatMap(({ to }) => to.map(({ account }) => account))).size <= limits.batch,
  `at most ${limits.batch} accounts a call`,
);

/** All messages of one `relay.send`. */
export const Messages = z
  .array(Message)
  .check(z.minLength(1), z.maxLength(limits.batch), notTwice, notTooMany, notTooFar);

/** All signals of one `relay.signal`. */
export const Signals = z
  .array(z.object(addressed).check(bodiesNamed))
  .check(z.minLength(1), z.maxLength(limits.batch), notTwice, notTooMany, notTooFar);

/** A message as one device gets it. */
export const Envelope = z.object({
  id: EnvelopeId,
  body: Body,
  at: Timestamp,
  urgent: z.optional(z.boolean()),
  /** Of the call that it came by. */
  traceparent: z.optional(Traceparent),
});
export type Envelope = z.infer<typeof Envelope>;
