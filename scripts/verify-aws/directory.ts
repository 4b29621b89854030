import { type DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { AccountId } from '#protocol';
import { keys } from '../../functions/shared/directory/keys.ts';

const DeviceItem = z.object({ connection: z.optional(z.string()) });

/** The directory of a stage, where a device's connection is told apart from all others. */
export type Directory = {
  /** The id of the connection of the account's first device, while it has one. */
  connectionOf: (account: AccountId) => Promise<string | undefined>;
  /** Removes an account with its first device. */
  forget: (account: AccountId) => Promise<void>;
};

/** Throws when the client's account and region have no such table. */
export const openDirectory = async (client: DynamoDBClient, stage: string): Promise<Directory> => {
  const TableName = await findTable(client, stage);
  const documents = DynamoDBDocumentClient.from(client);
  return {
    async connectionOf(account) {
      const Key = keys.device(account, 1);
      const { Item } = await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return DeviceItem.parse(Item ?? {}).connection;
    },
    async forget(account) {
      for (const Key of [keys.device(account, 1), keys.account(account)]) {
        await documents.send(new DeleteCommand({ TableName, Key }));
      }
    },
  };
};

const findTable = async (client: DynamoDBClient, stage: string): Promise<string> => {
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    const found = TableNames.find((name) => name.startsWith(`Tandem-${stage}-`) && name.includes('Directory'));
    if (found !== undefined) return found;
  }
  throw new Error(`There is no directory table of Tandem-${stage}: are these the account and the region of the stage?`);
};
