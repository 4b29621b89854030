import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { accountStore } from './accounts.ts';
import { connectionStore } from './connections.ts';
import { pairingStore } from './pairings.ts';

export type { Account, Connection, DeviceRecord } from './accounts.ts';
export type { Pairing, PairingIn } from './pairings.ts';

/** The `Directory` table: who exists and how to reach them. */
export const createDirectory = (table: string) => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return { ...accountStore(client, table), ...connectionStore(client, table), ...pairingStore(client, table) };
};
export type Directory = ReturnType<typeof createDirectory>;
