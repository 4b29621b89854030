import * as z from 'zod/mini';
import type { Resource, Template } from '../../template/model.ts';
import { parseResource } from '../parse-resource.ts';
import { physicalName } from '../physical-name.ts';

/** A queue of the template; times in seconds, sizes in bytes. */
export type QueueConfig = {
  name: string;
  arn: string;
  delay: number;
  visibility: number;
  retention: number;
  wait: number;
  maximumSize: number;
  /** Where messages go that were received too often. */
  redrive: { arn: string; maxReceiveCount: number } | undefined;
};

/** A template, or CloudFormation on its behalf, may write a number as text. */
const whole = (least: number, most: number, fallback: number) =>
  z._default(z.coerce.number().check(z.int(), z.gte(least), z.lte(most)), fallback);

const RedrivePolicy = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().check(z.int(), z.gte(1), z.lte(1000)),
});

// Defaults and ranges: CloudFormation Template Reference, "AWS::SQS::Queue". Encryption changes nothing here.
const QueueProperties = z.object({
  QueueName: z.optional(z.string()),
  FifoQueue: z.optional(z.literal(false, 'FIFO queues are not served here: make it a standard queue.')),
  DelaySeconds: whole(0, 900, 0),
  VisibilityTimeout: whole(0, 43_200, 30),
  MessageRetentionPeriod: whole(60, 1_209_600, 345_600),
  ReceiveMessageWaitTimeSeconds: whole(0, 20, 0),
  MaximumMessageSize: whole(1024, 1_048_576, 1_048_576),
  RedrivePolicy: z.optional(RedrivePolicy),
});

/** The queues that the template defines. Throws when one cannot be served, or its dead-letter queue does not exist. */
export const readQueues = (template: Template): QueueConfig[] => {
  const queues = [...template.resources.values()]
    .filter(({ type }) => type === 'AWS::SQS::Queue')
    .map((resource) => readQueue(template, resource));
  const arns = new Set(queues.map(({ arn }) => arn));
  for (const { name, redrive } of queues) {
    if (redrive === undefined || arns.has(redrive.arn)) continue;
    throw new Error(`The queue ${name} has the dead-letter queue ${redrive.arn}, which the template does not define.`);
  }
  return queues;
};

const readQueue = (template: Template, resource: Resource): QueueConfig => {
  const properties = parseResource(QueueProperties, resource);
  const { RedrivePolicy: redrive } = properties;
  const name = physicalName(template, resource.id, properties.QueueName);
  return {
    name,
    arn: `arn:aws:sqs:${template.region}:${template.account}:${name}`,
    delay: properties.DelaySeconds,
    visibility: properties.VisibilityTimeout,
    retention: properties.MessageRetentionPeriod,
    wait: properties.ReceiveMessageWaitTimeSeconds,
    maximumSize: properties.MaximumMessageSize,
    redrive: redrive && { arn: redrive.deadLetterTargetArn, maxReceiveCount: redrive.maxReceiveCount },
  };
};
