import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';
import { operation, type SqsOperations } from './operation.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

const GetUrl = z.strictObject({ QueueName: z.string() });
const GetAttributes = z.strictObject({
  QueueUrl: z.string(),
  AttributeNames: z._default(z.array(z.string()), []),
});
const One = z.strictObject({ QueueUrl: z.string() });
const List = z.strictObject({ QueueNamePrefix: z._default(z.string(), '') });

/** What is asked of a queue as a whole. */
export const queueOperations = (queues: Queues): SqsOperations => {
  const needs =
    (action: string) =>
    ({ QueueUrl }: { QueueUrl: string }) => [{ action, queue: queues.arnOf(QueueUrl) }];
  return {
    GetQueueUrl: operation(GetUrl, {
      access: ({ QueueName }) => [{ action: 'GetQueueUrl', queue: queues.arnOf(QueueName) }],
      run: ({ QueueName }, { origin }) => ({ QueueUrl: urlOf(queues.byUrl(QueueName), origin) }),
    }),
    GetQueueAttributes: operation(GetAttributes, {
      access: needs('GetQueueAttributes'),
      run: ({ QueueUrl, AttributeNames }) => {
        const attributes = pick(describe(queues.byUrl(QueueUrl)), AttributeNames);
        return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
      },
    }),
    PurgeQueue: operation(One, {
      access: needs('PurgeQueue'),
      run: ({ QueueUrl }) => {
        queues.byUrl(QueueUrl).purge();
        return {};
      },
    }),
    ListQueues: operation(List, {
      access: () => [{ action: 'ListQueues', queue: '*' }],
      run: ({ QueueNamePrefix }, { origin }) => {
        const found = queues.all.filter(({ config }) => config.name.startsWith(QueueNamePrefix));
        return found.length === 0 ? {} : { QueueUrls: found.map((queue) => urlOf(queue, origin)) };
      },
    }),
    ListDeadLetterSourceQueues: operation(One, {
      access: needs('ListDeadLetterSourceQueues'),
      run: ({ QueueUrl }, { origin }) => {
        const { arn } = queues.byUrl(QueueUrl).config;
        return { queueUrls: queues.sourcesOf(arn).map((source) => urlOf(source, origin)) };
      },
    }),
  };
};

const urlOf = ({ config: { arn, name } }: Queue, origin: string): string => `${origin}/${arn.split(':')[4]}/${name}`;

/** SQS API Reference, "GetQueueAttributes"; those of encryption, FIFO queues and creation are not known here. */
const describe = (queue: Queue): Record<string, string> => {
  const { arn, delay, maximumSize, retention, wait, visibility, redrive } = queue.config;
  const { visible, inFlight, delayed } = queue.count();
  const policy = redrive && { deadLetterTargetArn: redrive.arn, maxReceiveCount: redrive.maxReceiveCount };
  return {
    QueueArn: arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    DelaySeconds: String(delay),
    MaximumMessageSize: String(maximumSize),
    MessageRetentionPeriod: String(retention),
    ReceiveMessageWaitTimeSeconds: String(wait),
    VisibilityTimeout: String(visibility),
    ...(policy !== undefined && { RedrivePolicy: JSON.stringify(policy) }),
  };
};

const pick = (attributes: Record<string, string>, wanted: readonly string[]): Record<string, string> => {
  const known = [...Object.keys(attributes), 'All', 'RedrivePolicy'];
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const message = `Unknown Attribute ${unknown}. The local cloud knows ${known.join(', ')}.`;
    throw new AwsError('InvalidAttributeName', message);
  }
  const entries = Object.entries(attributes);
  return Object.fromEntries(entries.filter(([name]) => wanted.includes('All') || wanted.includes(name)));
};
