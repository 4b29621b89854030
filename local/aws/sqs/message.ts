import { createHash } from 'node:crypto';
import { AwsError } from '../errors.ts';
import { invalidParameter } from './errors.ts';
import { attributesDigest, attributesSize, checkAttributes, type MessageAttributes } from './message-attributes.ts';

/** What a sender hands over. */
export type Content = { body: string; attributes: MessageAttributes };

export type Digests = { MD5OfMessageBody: string; MD5OfMessageAttributes: string | undefined };

export const bodyDigest = (body: string): string => createHash('md5').update(body).digest('hex');

/** By which sender and receiver tell that they mean the same message. */
export const digestsOf = ({ body, attributes }: Content): Digests => ({
  MD5OfMessageBody: bodyDigest(body),
  MD5OfMessageAttributes: attributesDigest(attributes),
});

export const sizeOf = ({ body, attributes }: Content): number => Buffer.byteLength(body) + attributesSize(attributes);

/** Throws what SQS answers to a message that it does not take (SQS API Reference, "SendMessage"). */
export const checkContent = (content: Content, maximumSize: number): void => {
  const { body, attributes } = content;
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (!/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(body)) {
    throw new AwsError('InvalidMessageContents', 'Invalid characters found: a body is text that XML could hold.');
  }
  checkAttributes(attributes);
  if (sizeOf(content) > maximumSize) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumSize} bytes.`,
    );
  }
};
