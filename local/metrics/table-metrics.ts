import * as z from 'zod/mini';
import type { AwsCall } from '../aws/index.ts';
import type { Count } from './aws-metrics.ts';

const throttled = new Set(['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded']);

const Named = z.object({ TableName: z.string() });
const Batch = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const Transaction = z.object({ TransactItems: z.array(z.record(z.string(), Named)) });

/** The table that a call is about; none of ours is about two. */
const tableOf = (input: unknown): string | undefined => {
  const named = z.safeParse(Named, input).data?.TableName;
  if (named !== undefined) return named;
  const [batched] = Object.keys(z.safeParse(Batch, input).data?.RequestItems ?? {});
  if (batched !== undefined) return batched;
  const [first] = z.safeParse(Transaction, input).data?.TransactItems ?? [];
  return Object.values(first ?? {})[0]?.TableName;
};

/** Counts what a call to DynamoDB consumed, or that it was refused because there were too many. */
export const countTable = ({ operation, input, consumed, error }: AwsCall, count: Count): void => {
  const TableName = tableOf(input);
  if (TableName === undefined) return;
  const about = { namespace: 'AWS/DynamoDB', dimensions: { TableName } } as const;
  const { reads, writes } = consumed ?? { reads: 0, writes: 0 };
  if (reads > 0) count({ ...about, name: 'ConsumedReadCapacityUnits' }, reads);
  if (writes > 0) count({ ...about, name: 'ConsumedWriteCapacityUnits' }, writes);
  if (error === undefined || !throttled.has(error)) return;
  count({ ...about, name: /Get|Query|Scan/.test(operation) ? 'ReadThrottleEvents' : 'WriteThrottleEvents' }, 1);
};
