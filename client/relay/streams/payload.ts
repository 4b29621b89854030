import * as z from 'zod/mini';
import { AccountId, type Bytes, EnvelopeId, limits, MessageId, utf8 } from '#protocol';
import { RunningHash } from './running-hash.ts';

/** Where a message stands in a stream, which is what one device sends to one account: 1, 2, 3, … */
export const StreamNumber = z.int().check(z.gte(1));

const DeviceKey = z.string().check(z.regex(/^[1-9][0-9]{0,8}$/, 'expected a device number'));

/** The devices that joined the account later, each with the number of the first message that was for it. */
export const Joined = z.record(DeviceKey, StreamNumber);
export type Joined = z.infer<typeof Joined>;

const Place = z.tuple([StreamNumber, RunningHash, z.optional(Joined)]);
/** A message's number in a stream, the running hash before it, and who joined the stream later, if anybody. */
export type Place = z.infer<typeof Place>;

const Ids = z.array(EnvelopeId).check(z.maxLength(limits.batch));

/** Messages that have arrived, and messages that a person has read, by the ids under which they first went. */
export const Receipts = z.object({ delivered: z.optional(Ids), read: z.optional(Ids) });
export type Receipts = z.infer<typeof Receipts>;

/**
 * `message` is numbered. `void` stands in for one that will never come: it has that one's place, and the digest of its
 * content instead of the content. The others have no place: `resend` asks for what is missing, `receipt` has nothing
 * but receipts, `block` tells the sender's other devices whom their person has blocked.
 */
export const Header = z.object({
  v: z.literal(1),
  kind: z.enum(['message', 'void', 'resend', 'receipt', 'block']),
  streams: z.record(AccountId, Place),
  /** The id under which it first went out, when this envelope has another. */
  message: z.optional(MessageId),
  /** Those for the account that the message is for ride along with it. */
  receipts: z.optional(Receipts),
});
export type Header = z.infer<typeof Header>;

/** What a body says once it is open. */
export type Payload = { header: Header; content: Bytes };

const prefix = 2;

/** The length of the header in 16 bits, big-endian; the header as JSON in UTF-8; the content. */
export const encodePayload = ({ header, content }: { header: Header; content: Uint8Array }): Bytes => {
  const text = utf8(JSON.stringify(header));
  const bytes = new Uint8Array(prefix + text.length + content.length);
  new DataView(bytes.buffer).setUint16(0, text.length);
  bytes.set(text, prefix);
  bytes.set(content, prefix + text.length);
  return bytes;
};

const parseHeader = (bytes: Uint8Array): Header | undefined => {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return Header.safeParse(json).data;
  } catch {
    return undefined;
  }
};

/** Undefined for what is no payload, or one of a later version. */
export const decodePayload = (bytes: Bytes): Payload | undefined => {
  if (bytes.length < prefix) return undefined;
  const end = prefix + new DataView(bytes.buffer, bytes.byteOffset).getUint16(0);
  if (end > bytes.length) return undefined;
  const header = parseHeader(bytes.subarray(prefix, end));
  return header && { header, content: bytes.slice(end) };
};

/** How many bytes of content go into one body beside this header. */
export const contentRoom = (header: Header): number =>
  limits.body - encodePayload({ header, content: new Uint8Array() }).length;
