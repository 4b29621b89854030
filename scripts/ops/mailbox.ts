import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { type DeviceAddress, EnvelopeId, type MessageId, parseEnvelopeId } from '#protocol';
import type { Operator } from './operator.ts';

/** What waits for a device; `more` than was counted. */
export type Waiting = { count: number; more: boolean; oldest: { message: MessageId; at: number } | undefined };

const Item = z.object({ sk: EnvelopeId, at: z.int(), ttl: z.int() });

/** As many as are counted. */
const counted = 1000;

/** Counts the envelopes in a device's mailbox, without their bodies. */
export const readMailbox = async (
  { clients: { tables }, stack, now }: Operator,
  device: DeviceAddress,
): Promise<Waiting> => {
  const { Items = [], LastEvaluatedKey } = await tables.send(
    new QueryCommand({
      TableName: stack.starting('AWS::DynamoDB::GlobalTable', 'StorageMailboxes').physicalId,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :device',
      ExpressionAttributeNames: { '#at': 'at', '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':device': device },
      ProjectionExpression: 'sk, #at, #ttl',
      Limit: counted,
    }),
  );
  const left = z
    .array(Item)
    .parse(Items)
    .filter(({ ttl }) => ttl * 1000 > now());
  const [first] = left;
  return {
    count: left.length,
    more: LastEvaluatedKey !== undefined,
    oldest: first && { message: parseEnvelopeId(first.sk).message, at: first.at },
  };
};
