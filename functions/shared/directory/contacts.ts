import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AccountId } from '#protocol';
import { keys } from './keys.ts';
import { transact } from './transact.ts';

/** From one account to another. */
type Pair = { from: AccountId; to: AccountId };

const year = 366 * 24 * 60 * 60;

/** What accounts think of each other, as far as the relay must know. */
export const contactStore = (client: DynamoDBDocumentClient, table: string) => {
  const exists = async (key: { pk: string; sk: string }): Promise<boolean> =>
    (await client.send(new GetCommand({ TableName: table, ConsistentRead: true, Key: key }))).Item !== undefined;

  /** The account says how many it blocks, so that the relay need not look for the blocks of those who block nobody. */
  const addBlocks = (account: AccountId, by: 1 | -1) => ({
    Update: {
      TableName: table,
      Key: keys.account(account),
      UpdateExpression: 'ADD blocks :by',
      ConditionExpression: 'attribute_exists(#hash)',
      ExpressionAttributeNames: { '#hash': 'hash' },
      ExpressionAttributeValues: { ':by': by },
    },
  });

  return {
    /** Nothing changes when it is blocked already. */
    block: async (account: AccountId, blocked: AccountId): Promise<void> => {
      await transact(client, [
        {
          Put: {
            TableName: table,
            Item: keys.block(account, blocked),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        addBlocks(account, 1),
      ]);
    },

    /** Nothing changes when it is not blocked. */
    unblock: async (account: AccountId, blocked: AccountId): Promise<void> => {
      await transact(client, [
        {
          Delete: { TableName: table, Key: keys.block(account, blocked), ConditionExpression: 'attribute_exists(pk)' },
        },
        addBlocks(account, -1),
      ]);
    },

    blocks: (account: AccountId, blocked: AccountId): Promise<boolean> => exists(keys.block(account, blocked)),

    /** Remembers for a year that somebody has written to somebody. */
    noteWritten: async ({ from, to }: Pair, now: number): Promise<void> => {
      const ttl = Math.ceil(now / 1000) + year;
      await client.send(new PutCommand({ TableName: table, Item: { ...keys.written(from, to), ttl } }));
    },

    hasWritten: ({ from, to }: Pair): Promise<boolean> => exists(keys.written(from, to)),
  };
};
