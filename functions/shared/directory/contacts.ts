import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AccountId } from '#protocol';
import { keys } from './keys.ts';
import { transact } from './transact.ts';

/** From one account to another. */
type Pair = { from: AccountId; to: AccountId };

/** How many pairs are kept in mind. */
const memory = 10_000;

const year = 366 * 24 * 60 * 60;

/** What accounts think of each other, as far as the relay must know. */
export const contactStore = (client: DynamoDBDocumentClient, table: string) => {
  const exists = async (key: { pk: string; sk: string }): Promise<boolean> =>
    (await client.send(new GetCommand({ TableName: table, ConsistentRead: true, Key: key }))).Item !== undefined;

  /** Who is known to have written to whom: that holds for a year, and no environment of a function lasts as long. */
  const written = new Set<string>();

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

    /** It is read once: what goes to a mailbox that holds much should not cost more for it, message by message. */
    hasWritten: async ({ from, to }: Pair): Promise<boolean> => {
      const pair = `${from}>${to}`;
      if (written.has(pair)) return true;
      if (!(await exists(keys.written(from, to)))) return false;
      if (written.size >= memory) written.clear();
      written.add(pair);
      return true;
    },
  };
};
