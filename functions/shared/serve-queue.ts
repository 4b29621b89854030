import * as z from 'zod/mini';
import type { Telemetry } from './telemetry/index.ts';

const QueueRecord = z.object({
  messageId: z.string(),
  body: z.string(),
  attributes: z.object({ SentTimestamp: z.string() }),
});
const QueueEvent = z.object({ Records: z.array(QueueRecord) });
const Context = z.object({ awsRequestId: z.string() });

/** What came from the queue, and when it was put there. */
type Work<Message> = (message: Message, sentAt: number) => Promise<'done' | 'again'>;

/**
 * The Lambda handler of a queue. What fails, or is not done yet, comes again, and in the end to the dead-letter queue
 * (partial batch responses).
 */
export const serveQueue = <S extends z.ZodMiniType>(schema: S, work: Work<z.infer<S>>, telemetry: Telemetry) => {
  const workOn = async ({ body, attributes }: z.infer<typeof QueueRecord>) => {
    try {
      return await work(schema.parse(JSON.parse(body)), Number(attributes.SentTimestamp));
    } catch (error) {
      telemetry.failure('queue', error);
      telemetry.tally('Errors', 'internal');
      return 'again';
    }
  };

  return async (raw: unknown, context: unknown) =>
    telemetry.invocation(Context.parse(context).awsRequestId, async () => {
      const { Records } = QueueEvent.parse(raw);
      const outcomes = await Promise.all(Records.map(workOn));
      const failed = Records.filter((_, i) => outcomes[i] === 'again');
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
};
