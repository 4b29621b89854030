import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';

/** One receipt of a message: which message, and the how manieth time it was received. */
export type Receipt = { queue: string; sequence: number; received: number };

const Parts = z.tuple([z.string(), z.int(), z.int()]);

/** What a receiver gets to delete a message with; each receipt has another. */
export const writeReceiptHandle = ({ queue, sequence, received }: Receipt): string =>
  Buffer.from(JSON.stringify([queue, sequence, received])).toString('base64');

/** Throws ReceiptHandleIsInvalid for what is no handle of the queue. */
export const readReceiptHandle = (handle: string, queue: string): Receipt => {
  const [from, sequence, received] = parse(handle) ?? [];
  if (from === queue && sequence !== undefined && received !== undefined) return { queue, sequence, received };
  throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle is invalid: it is none of ${queue}'s.`, 404);
};

const parse = (handle: string): z.infer<typeof Parts> | undefined => {
  try {
    return z.safeParse(Parts, JSON.parse(Buffer.from(handle, 'base64').toString())).data;
  } catch {
    return undefined;
  }
};
