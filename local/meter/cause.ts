import * as z from 'zod/mini';

const GatewayEvent = z.object({ requestContext: z.object({ routeKey: z.string() }) });
const QueueEvent = z.object({
  Records: z
    .array(z.object({ eventSource: z.literal('aws:sqs'), eventSourceARN: z.string(), body: z.string() }))
    .check(z.minLength(1)),
});
const TopicEvent = z.object({
  Records: z
    .array(z.object({ EventSource: z.literal('aws:sns'), Sns: z.object({ TopicArn: z.string() }) }))
    .check(z.minLength(1)),
});

/**
 * The method on whose account an invocation runs: the route of a message or connection; else, in brackets, the queue or
 * topic that it came from, or `direct`.
 */
export const causeOf = (event: unknown): string => {
  const gateway = z.safeParse(GatewayEvent, event).data;
  if (gateway !== undefined) return gateway.requestContext.routeKey;
  const queue = z.safeParse(QueueEvent, event).data?.Records[0];
  if (queue !== undefined) return `(queue ${lastPart(queue.eventSourceARN)})`;
  const topic = z.safeParse(TopicEvent, event).data?.Records[0];
  if (topic !== undefined) return `(topic ${lastPart(topic.Sns.TopicArn)})`;
  return '(direct)';
};

/** The messages that Lambda fetched from a queue for this event, which it does by requests that are billed. */
export const queuedBodies = (event: unknown): string[] | undefined =>
  z.safeParse(QueueEvent, event).data?.Records.map(({ body }) => body);

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);
