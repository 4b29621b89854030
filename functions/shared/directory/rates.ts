import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { keys } from './keys.ts';

const Counted = z.object({ count: z.int() });

/** One period of what a subject does in a class; `window` counts the periods since 1970. */
export type Window = { rateClass: string; subject: string; window: number; endsAt: number };

/** Exact counters, one item a period: a single unconditional write, which needs no second try. */
export const rateStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** Counts further; gives how often it was in this period. */
  count: async ({ endsAt, ...window }: Window, by: number): Promise<number> => {
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: keys.rate(window),
        UpdateExpression: 'ADD #count :by SET #ttl = :ttl',
        ExpressionAttributeNames: { '#count': 'count', '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':by': by, ':ttl': Math.ceil(endsAt / 1000) },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Counted.parse(Attributes).count;
  },
});
