import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deviceListHash } from '#protocol';
import type { Account } from './accounts.ts';
import { keys } from './keys.ts';
import { transact } from './transact.ts';

/**
 * The operator's hold on an account: while it lasts, none of its devices connects and none of its calls is served. It
 * stands on the account and on each device, so that whoever reads either knows. No function may call this.
 */
export const suspensionStore = (client: DynamoDBDocumentClient, table: string) => {
  /** Changes the account, whose list must be as it was read, and what there is of its devices. */
  const change = ({ account, list }: Account, expression: string, values: Record<string, unknown>) => ({
    Update: {
      TableName: table,
      Key: keys.account(account),
      UpdateExpression: expression,
      ConditionExpression: '#hash = :hash',
      ExpressionAttributeNames: { '#hash': 'hash' },
      ExpressionAttributeValues: { ':hash': deviceListHash(list), ...values },
    },
  });

  return {
    /** Suspends it, and forgets its connections. False when it, or one of them, has changed since the account was read. */
    suspend: (account: Account, now: number): Promise<boolean> =>
      transact(client, [
        change(account, 'SET suspended = :now', { ':now': now }),
        ...[...account.devices.values()].map(({ device, connection }) => ({
          Update: {
            TableName: table,
            Key: keys.device(account.account, device),
            UpdateExpression: 'SET suspended = :now REMOVE #connection, connectedAt, checkAt',
            ConditionExpression: `attribute_exists(pk) AND ${connection ? '#connection = :connection' : 'attribute_not_exists(#connection)'}`,
            ExpressionAttributeNames: { '#connection': 'connection' },
            ExpressionAttributeValues: { ':now': now, ...(connection && { ':connection': connection.id }) },
          },
        })),
      ]),

    /** Lifts it. False when the account has changed since it was read. */
    reinstate: (account: Account): Promise<boolean> =>
      transact(client, [
        change(account, 'REMOVE suspended', {}),
        ...[...account.devices.values()].map(({ device }) => ({
          Update: {
            TableName: table,
            Key: keys.device(account.account, device),
            UpdateExpression: 'REMOVE suspended',
            ConditionExpression: 'attribute_exists(pk)',
          },
        })),
      ]),
  };
};
