import * as z from 'zod/mini';
import { type AccountId, DeviceAddress, fromBase64Url, hash, limits, type MessageId, utf8 } from '#protocol';
import type { Payload } from './payload.ts';
import { Range } from './reception.ts';
import { rangesAsked } from './repair.ts';

const Question = z.object({
  /** The device that is asked; the others of its account let it be. */
  device: DeviceAddress,
  ranges: z.array(Range).check(z.minLength(1), z.maxLength(rangesAsked)),
});
/** Which messages of its stream a device is to send again. */
export type Question = z.infer<typeof Question>;

/** A question as it goes to the account of the device that is asked. */
export const payloadOfQuestion = (question: Question): Payload => ({
  header: { v: 1, kind: 'resend', streams: {} },
  content: utf8(JSON.stringify(question)),
});

/** Undefined for what is no question. */
export const readQuestion = ({ header, content }: Payload): Question | undefined => {
  if (header.kind !== 'resend') return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(content));
    return Question.safeParse(json).data;
  } catch {
    return undefined;
  }
};

/**
 * Which of the numbers that the sender still has are sent again: the lowest of those that were asked for, so many at
 * a time. Whoever lacks more asks again when they have come.
 */
export const answersTo = (ranges: readonly Range[], kept: readonly number[]): number[] =>
  kept
    .filter((number) => ranges.some(({ from, to }) => from <= number && number <= to))
    .toSorted((a, b) => a - b)
    .slice(0, limits.batch);

/** A payload as it goes once more, to one account alone; `message` is the id under which it first went. */
export const again = ({ header, content }: Payload, to: { account: AccountId; message: MessageId }): Payload => {
  const { v, kind, streams, receipts } = header;
  const place = streams[to.account];
  const placed = place ? { [to.account]: place } : {};
  return { header: { v, kind, streams: placed, message: to.message, ...(receipts && { receipts }) }, content };
};

/** What takes the place of a payload that was refused for good, or has expired. */
export const voided = ({ header, content }: Payload): Payload => {
  if (header.kind === 'void') return { header, content };
  return { header: { ...header, kind: 'void' }, content: fromBase64Url(hash(content)) };
};
