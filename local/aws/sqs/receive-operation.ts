import * as z from 'zod/mini';
import type { Clock } from '../../clock.ts';
import { attributesDigest, pickAttributes } from './message-attributes.ts';
import { bodyDigest } from './message.ts';
import { operation, type SqsOperations, whole } from './operation.ts';
import type { Queue, Received } from './queue.ts';
import type { Queues } from './queues.ts';
import { systemAttributes } from './system-attributes.ts';

const Receive = z.strictObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z._default(whole(1, 10), 1),
  VisibilityTimeout: z.optional(whole(0, 43_200)),
  WaitTimeSeconds: z.optional(whole(0, 20)),
  /** The older name of MessageSystemAttributeNames. */
  AttributeNames: z._default(z.array(z.string()), []),
  MessageSystemAttributeNames: z._default(z.array(z.string()), []),
  MessageAttributeNames: z._default(z.array(z.string()), []),
});
type Receive = z.infer<typeof Receive>;

export const receiveOperation = (queues: Queues, clock: Clock): SqsOperations => ({
  ReceiveMessage: operation(Receive, {
    access: ({ QueueUrl }) => [{ action: 'ReceiveMessage', queue: queues.arnOf(QueueUrl) }],
    run: async (input) => {
      const queue = queues.byUrl(input.QueueUrl);
      const wait = (input.WaitTimeSeconds ?? queue.config.wait) * 1000;
      const take = () => queue.receive(input.MaxNumberOfMessages, input.VisibilityTimeout);
      const received = await takeWithin(queue, { take, wait, clock });
      return received.length === 0 ? {} : { Messages: received.map((message) => describe(message, input)) };
    },
  }),
});

type Taking = { take: () => Received[]; wait: number; clock: Clock };

/** Long polling: answers as soon as there is something, at the latest after the wait in milliseconds. */
const takeWithin = (queue: Queue, { take, wait, clock }: Taking): Promise<Received[]> => {
  const { promise, resolve } = Promise.withResolvers<Received[]>();
  const first = take();
  if (first.length > 0 || wait === 0) return Promise.resolve(first);
  const end = (received: Received[]) => {
    stopListening();
    stopWaiting();
    resolve(received);
  };
  const stopListening = queue.onReceivable(() => {
    const received = take();
    if (received.length > 0) end(received);
  });
  const stopWaiting = clock.after(wait, () => end([]));
  return promise;
};

const describe = (message: Received, input: Receive) => {
  const system = systemAttributes(message, [...input.AttributeNames, ...input.MessageSystemAttributeNames]);
  const attributes = pickAttributes(message.attributes, input.MessageAttributeNames);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: bodyDigest(message.body),
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(Object.keys(attributes).length > 0 && {
      MessageAttributes: attributes,
      MD5OfMessageAttributes: attributesDigest(attributes),
    }),
  };
};
