import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { invalidParameter } from './errors.ts';

const MessageAttribute = z.strictObject({
  DataType: z.string(),
  StringValue: z.optional(z.string()),
  /** Base64. */
  BinaryValue: z.optional(z.string()),
});

export const MessageAttributes = z.record(z.string(), MessageAttribute);

/** What a sender says of a message beside its body, by name. */
export type MessageAttributes = z.infer<typeof MessageAttributes>;

/** Throws what SQS answers to attributes that it does not take (SQS Developer Guide, "Amazon SQS message metadata"). */
export const checkAttributes = (attributes: MessageAttributes): void => {
  const all = Object.entries(attributes);
  if (all.length > 10) throw invalidParameter('Number of message attributes exceeds the allowed maximum of 10.');
  for (const [name, { DataType, StringValue, BinaryValue }] of all) {
    if (!/^(?!aws\.|amazon\.|\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i.test(name)) {
      throw invalidParameter(`Message attribute name "${name}" is not valid.`);
    }
    const wanted = /^(String|Number|Binary)(\..+)?$/.exec(DataType)?.[1];
    if (wanted === undefined) {
      throw invalidParameter(`The type of message attribute "${name}" must be String, Number or Binary.`);
    }
    const value = wanted === 'Binary' ? BinaryValue : StringValue;
    if (value === undefined || value === '') {
      throw invalidParameter(`Message attribute "${name}" must contain a non-empty value of type ${wanted}.`);
    }
    if (wanted === 'Number' && !Number.isFinite(Number(value))) {
      throw invalidParameter(`Can't cast the value of message attribute "${name}" to a number.`);
    }
  }
};

/** The bytes that attributes add to a message: name, type and value of each. */
export const attributesSize = (attributes: MessageAttributes): number =>
  Object.entries(attributes)
    .flatMap(([name, attribute]) => [Buffer.from(name), Buffer.from(attribute.DataType), valueOf(attribute)])
    .reduce((size, part) => size + part.length, 0);

/**
 * The digest of attributes, by name in order: length and bytes of name, type and value, and which kind of value it is
 * (SQS Developer Guide, "Calculating the MD5 message digest for message attributes"). Nothing when there are none.
 */
export const attributesDigest = (attributes: MessageAttributes): string | undefined => {
  const names = Object.keys(attributes).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    hash.update(encode(Buffer.from(name))).update(encode(Buffer.from(attribute.DataType)));
    hash.update(Buffer.from([attribute.StringValue === undefined ? 2 : 1])).update(encode(valueOf(attribute)));
  }
  return hash.digest('hex');
};

/** The attributes that a receiver asked for: `All`, names, or prefixes that end in `.*`. */
export const pickAttributes = (attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted.some((one) => asksFor(one, name))));

const asksFor = (wanted: string, name: string): boolean =>
  wanted === 'All' || wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2)));

const valueOf = ({ StringValue, BinaryValue = '' }: z.infer<typeof MessageAttribute>): Buffer =>
  StringValue === undefined ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue);

const encode = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
