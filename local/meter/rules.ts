import * as z from 'zod/mini';
import type { AwsCall } from '../aws/index.ts';
import type { Activity } from '../lambda/index.ts';
import type { Usage } from './usage.ts';

const KB = 1024;

/** In increments of 32 KB, in either direction: aws.amazon.com/api-gateway/pricing */
export const messageUsage = (bytes: number): Partial<Usage> => ({ gatewayMessages: chunks(bytes, 32 * KB) });

/**
 * A cold start's loading is billed like the handler's time since August 2025, to the millisecond. This machine's
 * milliseconds, though: in the cloud, a function has its memory's share of a processor.
 */
export const invocationUsage = ({ duration, init, memory }: Extract<Activity, { kind: 'ended' }>): Partial<Usage> => ({
  invocations: 1,
  gbMs: (Math.ceil(duration + (init ?? 0)) * memory) / KB,
  ...(init !== undefined && { coldStarts: 1, initMs: init }),
});

/** Lambda receives a batch and deletes it. Not counted: the empty receives of a queue that is idle. */
export const batchUsage: Partial<Usage> = { sqsRequests: 2 };

const ToEndpoint = z.object({ TargetArn: z.string() });
const Batch = z.object({ PublishBatchRequestEntries: z.array(z.unknown()) });

/**
 * What a call to a service is billed as; nothing for one that failed, but in DynamoDB, where a failed condition costs
 * too. Unverified: that AWS bills no failed request, and that a schedule is billed when it fires: it is counted when made.
 */
export const callUsage = ({ service, operation, input, status, consumed, bytes }: AwsCall): Partial<Usage> => {
  if (consumed !== undefined) return { readUnits: consumed.reads, writeUnits: consumed.writes };
  if (status >= 400) return {};
  switch (`${service} ${operation}`) {
    case 'sns Publish':
      return { [z.safeParse(ToEndpoint, input).success ? 'snsPushes' : 'snsPublishes']: chunks(bytes, 64 * KB) };
    case 'sns PublishBatch':
      return { snsPublishes: z.safeParse(Batch, input).data?.PublishBatchRequestEntries.length ?? 1 };
    case 'scheduler CreateSchedule':
      return { schedulerInvocations: 1 };
    case 'secretsmanager GetSecretValue':
      return { secretReads: 1 };
    default:
      return service === 'sqs' ? { sqsRequests: chunks(bytes, 64 * KB) } : {};
  }
};

/** How many chunks are begun; an empty message is one too. */
const chunks = (bytes: number, size: number): number => Math.max(1, Math.ceil(bytes / size));
