import { setTimeout as delay } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { TandemError } from '#protocol';

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

const attempts = 6;
const firstWait = 25;

const reasonsOf = (error: unknown): string[] => {
  if (!(error instanceof TransactionCanceledException)) throw error;
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
};

/**
 * Writes all or nothing. True when written, false when a condition of the writes failed; a collision with another
 * transaction is tried again with full jitter. @throws `unavailable` when it keeps colliding
 */
export const transact = async (client: DynamoDBDocumentClient, writes: Writes): Promise<boolean> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: writes }));
      return true;
    } catch (error) {
      const reasons = reasonsOf(error);
      if (reasons.includes('ConditionalCheckFailed')) return false;
      const passing = new Set(['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
      if (reasons.length === 0 || reasons.some((reason) => !passing.has(reason))) throw error;
    }
    await delay(Math.random() * firstWait * 2 ** attempt);
  }
  throw new TandemError('unavailable');
};
