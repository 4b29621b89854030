import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import type { Filtered } from './filter-policy.ts';
import { invalidParameter } from './operation.ts';

const MessageAttribute = z.object({
  DataType: z.string(),
  StringValue: z.optional(z.string()),
  /** Base64. */
  BinaryValue: z.optional(z.string()),
});
type MessageAttribute = z.infer<typeof MessageAttribute>;

/** What is published, to a topic or to one phone. */
export const Content = z.object({
  Message: z.string(),
  Subject: z.optional(z.string()),
  MessageStructure: z.optional(z.string()),
  MessageAttributes: z.optional(z.record(z.string(), MessageAttribute)),
});

export type Message = {
  id: string;
  /** In milliseconds since 1970. */
  at: number;
  subject: string | undefined;
  /** One text for everybody, or one for each protocol and platform by its name. */
  text: string | Readonly<Record<string, string>>;
  attributes: Readonly<Record<string, MessageAttribute>>;
};

/** "Message text up to 256 KB", its attributes included (SNS API, "Publish"). */
export const messageBytes = 256 * 1024;

/** A message as it was accepted. Throws what SNS answers to one that cannot be. */
export const accept = (content: z.infer<typeof Content>, at: number): Message => {
  const { Message: text, Subject: subject, MessageStructure: structure, MessageAttributes: attributes = {} } = content;
  if (text === '') throw invalidParameter('Empty message');
  if (sizeOf(content) > messageBytes) throw invalidParameter('Message too long');
  if (structure !== undefined && structure !== 'json') throw invalidParameter('MessageStructure must be json');
  for (const [name, attribute] of Object.entries(attributes)) check(name, attribute);
  return { id: randomUUID(), at, subject, text: structure === 'json' ? structured(text) : text, attributes };
};

/** The text for a protocol, or for a platform; nothing when the message has none for it, and no default. */
export const textFor = ({ text }: Message, name: string): string | undefined =>
  typeof text === 'string' ? text : (text[name] ?? text['default']);

/** The attributes as a filter policy sees them; it does not look at binary ones. */
export const filteredAttributes = ({ attributes }: Message): Filtered =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { DataType, StringValue: value }]) =>
      value === undefined ? [] : [[name, filterValues(DataType, value)]],
    ),
  );

/** Bytes of a message's text and attributes. */
export const sizeOf = ({ Message: text, MessageAttributes: attributes = {} }: z.infer<typeof Content>): number => {
  const parts = Object.entries(attributes).flatMap(([name, { DataType, StringValue = '', BinaryValue = '' }]) => [
    Buffer.byteLength(name + DataType + StringValue),
    Buffer.byteLength(BinaryValue, 'base64'),
  ]);
  return parts.reduce((sum, part) => sum + part, Buffer.byteLength(text));
};

const structured = (text: string): Record<string, string> => {
  try {
    return z.parse(z.record(z.string(), z.string()), JSON.parse(text));
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
};

const check = (name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void => {
  const wrong = (why: string) => new AwsError('ParameterValueInvalid', `The message attribute '${name}' ${why}.`);
  const [base] = DataType.split('.');
  if (base !== 'String' && base !== 'Number' && base !== 'Binary') {
    throw wrong(
      `has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String`,
    );
  }
  const value = base === 'Binary' ? BinaryValue : StringValue;
  if (value === undefined || value === '') throw wrong(`must contain a non-empty value of its type ${DataType}`);
  if (base === 'Number' && !Number.isFinite(Number(value))) throw wrong(`with type 'Number' must use a numeric value`);
};

const filterValues = (type: string, value: string): readonly unknown[] => {
  if (type.startsWith('Number')) return [Number(value)];
  if (type !== 'String.Array') return [value];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list : [list];
  } catch {
    return [];
  }
};
