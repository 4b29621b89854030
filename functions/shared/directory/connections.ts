import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { AccountId, DeviceAddress, DeviceNumber } from '#protocol';
import { parseAddress } from '#protocol';
import type { Connection } from './accounts.ts';
import { ifConditionHolds } from './conditional.ts';
import { keys } from './keys.ts';

const Replaced = z.object({ connection: z.optional(z.string()) });
/** As the exception holds the item that a condition did not hold for: in DynamoDB's own JSON. */
const Found = z.object({ connection: z.object({ S: z.string() }) });

type Expectation = { connection: string; now: number; at: number };

export type Connected = { accepted: true; replaced: string | undefined } | { accepted: false };

/** The sockets of linked devices, each on its device's item. */
export const connectionStore = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * Records a device's new connection, if the device may act and its token is later than the last one: a token
   * works once, and a removed device is not resurrected. It is awake: what woke it is forgotten. `replaced` is the
   * connection that it had before. A repeat of the very same, as after an answer that was lost, is accepted again.
   */
  connect: async (
    address: string,
    connection: Pick<Connection, 'id' | 'at'>,
    tokenTime: number,
  ): Promise<Connected> => {
    const { account, device } = parseAddress(address);
    try {
      const written = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.device(account, device),
          UpdateExpression: 'SET #connection = :connection, connectedAt = :at, tokenTime = :time REMOVE checkAt, woken',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(suspended) AND tokenTime < :time',
          ExpressionAttributeNames: { '#connection': 'connection' },
          ExpressionAttributeValues: { ':connection': connection.id, ':at': connection.at, ':time': tokenTime },
          ReturnValues: 'UPDATED_OLD',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { accepted: true, replaced: Replaced.parse(written.Attributes ?? {}).connection };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return Found.safeParse(error.Item).data?.connection.S === connection.id
        ? { accepted: true, replaced: undefined }
        : { accepted: false };
    }
  },

  /** Forgets a connection, unless the device has a newer one by now. */
  disconnect: async (address: string, connection: string): Promise<void> => {
    const { account, device } = parseAddress(address);
    await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.device(account, device),
          UpdateExpression: 'REMOVE #connection, connectedAt, checkAt',
          ConditionExpression: '#connection = :connection',
          ExpressionAttributeNames: { '#connection': 'connection' },
          ExpressionAttributeValues: { ':connection': connection },
        }),
      ),
    );
  },

  /** Notes when the connection is to be looked after, if it is still the device's and nothing is noted yet. */
  expectAck: async (address: DeviceAddress, { connection, now, at }: Expectation): Promise<void> => {
    const { account, device } = parseAddress(address);
    await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.device(account, device),
          UpdateExpression: 'SET checkAt = :at',
          ConditionExpression: '#connection = :connection AND (attribute_not_exists(checkAt) OR checkAt <= :now)',
          ExpressionAttributeNames: { '#connection': 'connection' },
          ExpressionAttributeValues: { ':connection': connection, ':at': at, ':now': now },
        }),
      ),
    );
  },

  /** Forgets a device that leaves by itself; the list names it until the primary makes the next one. */
  leave: async (account: AccountId, device: DeviceNumber): Promise<void> => {
    await client.send(new DeleteCommand({ TableName: table, Key: keys.device(account, device) }));
  },
});
