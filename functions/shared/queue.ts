import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { withoutLogger } from './without-logger.ts';

/** What SendMessageBatch takes at most. */
const batchSize = 10;
const client = withoutLogger(new SQSClient());

/** A queue of work that must be done even if the function that asks for it dies. */
export const createQueue = (url: string) => {
  const sendBatch = async (messages: readonly object[], delay: number): Promise<void> => {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: messages.map((message, i) => ({
          Id: String(i),
          MessageBody: JSON.stringify(message),
          DelaySeconds: Math.ceil(delay / 1000),
        })),
      }),
    );
    if (Failed.length > 0) throw new Error(`${Failed.length} messages were not queued: ${Failed[0]?.Code}`);
  };

  return {
    /** To be worked on after `delay` milliseconds, at most 15 minutes. @throws when one could not be queued */
    send: async (messages: readonly object[], delay: number): Promise<void> => {
      const starts = Array.from({ length: Math.ceil(messages.length / batchSize) }, (_, i) => i * batchSize);
      await Promise.all(starts.map((start) => sendBatch(messages.slice(start, start + batchSize), delay)));
    },
  };
};
