import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Aws } from '#local';
import { type AccountId, DeviceList } from '#protocol';

export type AccountState = {
  /** The list that is stored; nothing in a tombstone. */
  list: DeviceList | undefined;
  isDeleted: boolean;
  devices: { device: number; key: string }[];
};

/** A pairing as it is stored. */
export type StoredPairing = z.infer<typeof Pairing>;

/** The `Directory` table, as whoever operates the cloud can read it. */
export type DirectoryReader = Disposable & {
  /** Undefined when there is nothing under its key. */
  account: (account: AccountId) => Promise<AccountState | undefined>;
  pairing: (pairing: string) => Promise<StoredPairing | undefined>;
};

const Account = z.object({ sk: z.literal('account'), list: z.optional(DeviceList), deletedAt: z.optional(z.int()) });
const Device = z.object({ sk: z.string(), device: z.int(), key: z.string() });
const Pairing = z.object({
  state: z.enum(['opened', 'scanned', 'approved', 'denied', 'cancelled']),
  deviceKey: z.string(),
  account: z.optional(z.string()),
  expiresAt: z.int(),
  decideBy: z.optional(z.int()),
  collectBy: z.optional(z.int()),
  device: z.optional(z.int()),
  sealed: z.optional(z.string()),
  deviceList: z.optional(DeviceList),
});

export const openDirectory = async ({ url, region, operator }: Aws): Promise<DirectoryReader> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: url, region, credentials: operator }));
  const { TableNames = [] } = await client.send(new ListTablesCommand());
  const TableName = TableNames.find((name) => name.includes('Directory'));
  if (TableName === undefined) throw new Error(`There is no Directory table, there are ${TableNames.join(', ')}.`);

  return {
    account: async (account) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `A#${account}` },
        }),
      );
      const [first, ...devices] = Items;
      if (first === undefined) return undefined;
      const { list, deletedAt } = Account.parse(first);
      return { list, isDeleted: deletedAt !== undefined, devices: devices.map((item) => Device.parse(item)) };
    },
    pairing: async (pairing) => {
      const key = { pk: `P#${pairing}`, sk: 'pairing' };
      const { Item } = await client.send(new GetCommand({ TableName, ConsistentRead: true, Key: key }));
      return Item === undefined ? undefined : Pairing.parse(Item);
    },
    [Symbol.dispose]: () => client.destroy(),
  };
};
