import * as z from 'zod/mini';
import { parseResource } from '../aws/parse-resource.ts';
import { physicalName } from '../aws/physical-name.ts';
import type { Resource, Template } from '../template/index.ts';

/** A queue whose messages Lambda brings to a function. */
export type Mapping = {
  id: string;
  /** The ARN of the queue. */
  queue: string;
  /** The function's logical id and ARN, and its timeout in seconds. */
  function: { id: string; arn: string; timeout: number };
  batchSize: number;
  /** How long to gather a batch, in seconds. */
  window: number;
  /** How many batches may be worked on at once. */
  concurrency: number;
  /** Whether the function's answer tells which messages failed. */
  partial: boolean;
};

/**
 * "When an event source mapping is initially enabled, Lambda begins with five concurrent batches"; it adds up to 300 a
 * minute while messages wait, for which one machine would be no measure (Lambda Developer Guide, "Configuring scaling
 * behavior for SQS event source mappings").
 */
const initialConcurrency = 5;

const whole = (least: number, most: number) => z.coerce.number().check(z.int(), z.gte(least), z.lte(most));

// Defaults and ranges: CloudFormation Template Reference, "AWS::Lambda::EventSourceMapping".
const MappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z._default(z.boolean(), true),
  BatchSize: z._default(whole(1, 10_000), 10),
  MaximumBatchingWindowInSeconds: z._default(whole(0, 300), 0),
  FunctionResponseTypes: z._default(z.array(z.literal('ReportBatchItemFailures')), []),
  ScalingConfig: z.optional(z.object({ MaximumConcurrency: z.optional(whole(2, 1000)) })),
  FilterCriteria: z.optional(z.undefined('Filtering of events is not served here: filter in the function.')),
});
const FunctionProperties = z.object({
  FunctionName: z.optional(z.string()),
  Timeout: z._default(z.coerce.number(), 3),
});

/** The mappings of the template that are enabled. Throws when one cannot be served, or could not be deployed. */
export const readMappings = (template: Template): Mapping[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
    .flatMap((resource) => readMapping(template, resource));

const readMapping = (template: Template, resource: Resource): Mapping[] => {
  const properties = parseResource(MappingProperties, resource);
  const { EventSourceArn: queue, BatchSize: batchSize, MaximumBatchingWindowInSeconds: window } = properties;
  if (!properties.Enabled) return [];
  if (queue.split(':')[2] !== 'sqs') {
    throw new Error(`${resource.id} maps ${queue} to a function, and only queues of SQS are event sources here.`);
  }
  if (batchSize > 10 && window === 0) {
    throw new Error(
      `${resource.id} has a BatchSize of ${batchSize}: above 10 it needs a MaximumBatchingWindowInSeconds of at least 1.`,
    );
  }
  return [
    {
      id: resource.id,
      queue,
      function: findFunction(template, resource.id, properties.FunctionName),
      batchSize,
      window,
      concurrency: properties.ScalingConfig?.MaximumConcurrency ?? initialConcurrency,
      partial: properties.FunctionResponseTypes.length > 0,
    },
  ];
};

/** A mapping names its function by name or ARN. */
const findFunction = (template: Template, mapping: string, nameOrArn: string): Mapping['function'] => {
  for (const resource of template.resources.values()) {
    if (resource.type !== 'AWS::Lambda::Function') continue;
    const { FunctionName: given, Timeout: timeout } = parseResource(FunctionProperties, resource);
    const name = physicalName(template, resource.id, given);
    const arn = `arn:aws:lambda:${template.region}:${template.account}:function:${name}`;
    if (nameOrArn === name || nameOrArn === arn) return { id: resource.id, arn, timeout };
  }
  throw new Error(`${mapping} maps a queue to the function ${nameOrArn}, which the template does not define.`);
};
