import * as z from 'zod/mini';
import type { AwsCall } from '../aws/index.ts';
import type { Activity } from '../lambda/index.ts';
import type { Usage } from './usage.ts';

const KB = 1024;

/**
 * In increments of 32 KB, in either direction: aws.amazon.com/api-gateway/pricing
 * Unverified: that connecting and leaving are no messages.
 */
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

/**
 * What is taken into CloudWatch's logs is billed by the byte. Unverified: that the 26 bytes by which the API counts each
 * event to be larger (PutLogEvents) are billed too.
 */
export const logUsage = (line: string): Partial<Usage> => ({ logBytes: Buffer.byteLength(line) + 26 });

/** Lambda receives by ten at most, in increments of 64 KB. Not counted: the empty receives of a queue that is idle. */
export const receiveUsage = (bodies: readonly string[]): Partial<Usage> => ({
  sqsRequests: Math.max(chunks(bodies.length, 10), chunks(bytesOf(bodies), 64 * KB)),
});

/** What the function has done is deleted, by ten at most. */
export const deleteUsage = (bodies: readonly string[]): Partial<Usage> => ({ sqsRequests: chunks(bodies.length, 10) });

const Message = z.object({ Message: z.string(), TargetArn: z.optional(z.string()) });
const Batch = z.object({ PublishBatchRequestEntries: z.array(Message) });

/**
 * What a call to a service is billed as; nothing for one that failed, but in DynamoDB, where a failed condition costs
 * too. Unverified: that AWS bills no failed request, and that a schedule is billed when it fires: it is counted when made.
 */
export const callUsage = ({ service, operation, input, status, consumed, bytes }: AwsCall): Partial<Usage> => {
  if (consumed !== undefined) return { readUnits: consumed.reads, writeUnits: consumed.writes };
  if (status >= 400) return {};
  switch (service) {
    case 'sns':
      return publishUsage(operation, input);
    case 'sqs':
      return { sqsRequests: chunks(bytes, 64 * KB) };
    case 'scheduler':
      return operation === 'CreateSchedule' ? { schedulerInvocations: 1 } : {};
    case 'secretsmanager':
      return { secretCalls: 1 };
    default:
      return {};
  }
};

/**
 * In increments of 64 KB; a batch is one request (SDG sns-batch-api-actions.html). A message to a phone is a publish, and
 * a push besides.
 */
const publishUsage = (operation: string, input: unknown): Partial<Usage> => {
  const one = operation === 'Publish' ? z.safeParse(Message, input).data : undefined;
  const batch = operation === 'PublishBatch' ? z.safeParse(Batch, input).data?.PublishBatchRequestEntries : undefined;
  const messages = one === undefined ? batch : [one];
  if (messages === undefined) return {};
  return {
    snsPublishes: chunks(bytesOf(messages.map(({ Message: text }) => text)), 64 * KB),
    ...(one?.TargetArn?.includes(':endpoint/') && { snsPushes: 1 }),
  };
};

const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** How many chunks are begun, at least one: an empty message is one too. */
const chunks = (bytes: number, size: number): number => Math.max(1, Math.ceil(bytes / size));
