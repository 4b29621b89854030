import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import { forEachEntry } from './batch.ts';
import { digestsOf, sizeOf } from './message.ts';
import { MessageAttributes } from './message-attributes.ts';
import { type From, operation, type SqsOperations, whole } from './operation.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';
import { senderId } from './sender-id.ts';

const message = {
  MessageBody: z.string(),
  DelaySeconds: z.optional(whole(0, 900)),
  MessageAttributes: z._default(MessageAttributes, {}),
};
const Message = z.strictObject({ QueueUrl: z.string(), ...message });
const Batch = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(z.strictObject({ Id: z.string(), ...message })),
});

/** "The total size of all messages that you send in a single SendMessageBatch call can't exceed 1,048,576 bytes." */
const batchSize = 1_048_576;

export const sendOperations = (queues: Queues): SqsOperations => {
  const access = ({ QueueUrl }: { QueueUrl: string }) => [{ action: 'SendMessage', queue: queues.arnOf(QueueUrl) }];
  return {
    SendMessage: operation(Message, {
      access,
      run: ({ QueueUrl, ...given }, from) => send(queues.byUrl(QueueUrl), given, from),
    }),
    SendMessageBatch: operation(Batch, {
      access,
      run: ({ QueueUrl, Entries }, from) => {
        const queue = queues.byUrl(QueueUrl);
        const size = Entries.reduce((sum, entry) => sum + sizeOf(contentOf(entry)), 0);
        if (size > batchSize) {
          const message = `Batch requests cannot be longer than ${batchSize} bytes. You have sent ${size} bytes.`;
          throw new AwsError('BatchRequestTooLong', message);
        }
        return forEachEntry(Entries, (entry) => send(queue, entry, from));
      },
    }),
  };
};

type Given = Pick<z.infer<typeof Message>, 'MessageBody' | 'DelaySeconds' | 'MessageAttributes'>;

const contentOf = ({ MessageBody: body, MessageAttributes: attributes }: Given) => ({ body, attributes });

const send = (queue: Queue, given: Given, { caller }: From) => {
  const content = contentOf(given);
  const sender = senderId(caller.identity());
  const MessageId = queue.send({ ...content, sender, delay: given.DelaySeconds });
  return { MessageId, ...digestsOf(content) };
};
