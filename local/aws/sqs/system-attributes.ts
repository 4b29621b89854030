import { AwsError } from '../errors.ts';
import type { Stored } from './message-store.ts';

/** What SQS itself says of a message, by the name under which a receiver asks for it; times in milliseconds. */
const readers: Readonly<Record<string, (message: Stored) => string | undefined>> = {
  SenderId: ({ sender }) => sender,
  SentTimestamp: ({ sentAt }) => String(sentAt),
  ApproximateReceiveCount: ({ received }) => String(received),
  ApproximateFirstReceiveTimestamp: ({ firstReceivedAt }) => String(firstReceivedAt ?? ''),
  DeadLetterQueueSourceArn: ({ source }) => source ?? undefined,
};

/** The attributes that were asked for, `All` or by name. Throws InvalidAttributeName for a name that is none. */
export const systemAttributes = (message: Stored, wanted: readonly string[]): Record<string, string> => {
  const unknown = wanted.find((name) => name !== 'All' && readers[name] === undefined);
  if (unknown !== undefined) {
    const known = Object.keys(readers).join(', ');
    throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}. The local cloud knows All, ${known}.`);
  }
  const names = Object.keys(readers).filter((name) => wanted.includes('All') || wanted.includes(name));
  const read = names.map((name) => [name, readers[name]?.(message)] as const);
  return Object.fromEntries(read.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
};
