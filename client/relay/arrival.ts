import {
  type AccountId,
  type Bytes,
  type DeviceNumber,
  type Envelope,
  type EnvelopeId,
  envelopeIdOf,
  fromBase64Url,
  type MessageId,
  parseAddress,
  parseEnvelopeId,
} from '#protocol';
import { decodePayload, type Payload } from './streams/payload.ts';
import { type Link, linkOf } from './streams/reception.ts';

/** A message as the application gets it; `at` is the server's time, in milliseconds since 1970. */
export type IncomingMessage = {
  /** The same on every device that gets it. */
  id: EnvelopeId;
  /** As its sender knows it. */
  message: MessageId;
  sender: { account: AccountId; device: DeviceNumber };
  body: Bytes;
  at: number;
  urgent: boolean;
  /** Whether this account has neither written to the sender's nor accepted it: ask the person before anything else. */
  isRequest: boolean;
};

/** An envelope that has been read. */
export type Arrival = { envelope: Envelope; payload: Payload };

/** Undefined for what is no payload of ours. */
export const readEnvelope = (envelope: Envelope): Arrival | undefined => {
  const payload = decodePayload(fromBase64Url(envelope.body));
  return payload && { envelope, payload };
};

/** Where it stands in the stream to an account; undefined when it has no place in it. */
export const linkOfArrival = ({ envelope, payload }: Arrival, account: AccountId): Link | undefined =>
  linkOf(payload, { account, message: parseEnvelopeId(envelope.id).message });

export const toMessage = ({ envelope, payload }: Arrival, isRequest: boolean): IncomingMessage => {
  const { at, urgent = false } = envelope;
  const { message: last, sender } = parseEnvelopeId(envelope.id);
  const { header, content: body } = payload;
  // Sent again, its envelope has another id than the first.
  const message = header.message ?? last;
  const id = envelopeIdOf(message, sender);
  return { id, message, sender: parseAddress(sender), body, at, urgent, isRequest };
};
