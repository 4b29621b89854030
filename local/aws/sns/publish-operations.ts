import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import type { Broker } from './broker.ts';
import { accept, Content, messageBytes, sizeOf } from './message.ts';
import { invalidParameter, operation, type SnsOperations } from './operation.ts';
import type { Pusher } from './push.ts';

const Publish = z.extend(Content, {
  TopicArn: z.optional(z.string()),
  TargetArn: z.optional(z.string()),
  PhoneNumber: z.optional(z.undefined('PhoneNumber: text messages are not served here')),
});
const Entry = z.extend(Content, { Id: z.string() });
type Entry = z.infer<typeof Entry>;
const PublishBatch = z.object({
  TopicArn: z.string(),
  // An empty list is sent as an empty value.
  PublishBatchRequestEntries: z.union([z.array(Entry), z.literal('')]),
});

type Publishing = { broker: Broker; pusher: Pusher; now: () => number };

export const publishOperations = ({ broker, pusher, now }: Publishing): SnsOperations => ({
  Publish: operation(Publish, {
    resource: targetOf,
    run: async (input) => {
      const target = targetOf(input);
      const message = accept(input, now());
      if (target.includes(':endpoint/')) pusher.push(target, message);
      else broker.publish(target, message);
      return { MessageId: message.id };
    },
  }),
  PublishBatch: operation(PublishBatch, {
    resource: ({ TopicArn }) => TopicArn,
    run: async ({ TopicArn, PublishBatchRequestEntries: given }) => {
      const entries = given === '' ? [] : given;
      checkBatch(entries);
      const outcomes = entries.map((entry) =>
        publishEntry(entry, (content) => {
          const message = accept(content, now());
          broker.publish(TopicArn, message);
          return message.id;
        }),
      );
      return {
        Successful: outcomes.filter((outcome) => 'MessageId' in outcome),
        Failed: outcomes.filter((outcome) => 'Code' in outcome),
      };
    },
  }),
});

function targetOf({ TopicArn, TargetArn }: z.infer<typeof Publish>): string {
  const target = TopicArn ?? TargetArn;
  if (target !== undefined && (TopicArn === undefined || TargetArn === undefined)) return target;
  throw invalidParameter('TopicArn or TargetArn Reason: exactly one of them is needed');
}

/** SNS API Reference, "PublishBatch". */
const checkBatch = (entries: readonly Entry[]): void => {
  const ids = entries.map(({ Id }) => Id);
  if (ids.length === 0) refuse('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (ids.length > 10) refuse('TooManyEntriesInBatchRequest', `A batch has at most 10 entries, not ${ids.length}.`);
  if (new Set(ids).size < ids.length) refuse('BatchEntryIdsNotDistinct', 'Two entries of the batch have the same Id.');
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    refuse('InvalidBatchEntryId', 'An Id is made of at most 80 letters, digits, hyphens and underscores.');
  }
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (size > messageBytes) refuse('BatchRequestTooLong', `The batch has ${size} bytes, more than ${messageBytes}.`);
};

const publishEntry = (entry: Entry, publish: (content: Entry) => string) => {
  try {
    return { Id: entry.Id, MessageId: publish(entry) };
  } catch (error) {
    if (!(error instanceof AwsError) || error.name === 'NotFound') throw error;
    return { Id: entry.Id, Code: error.name, Message: error.message, SenderFault: true };
  }
};

const refuse = (code: string, why: string): never => {
  throw new AwsError(code, why);
};
