import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { withoutLogger } from '../without-logger.ts';
import { accountStore } from './accounts.ts';
import { closureStore } from './closure.ts';
import { connectionStore } from './connections.ts';
import { contactStore } from './contacts.ts';
import { holdingStore } from './holdings.ts';
import { keyBoxStore } from './key-boxes.ts';
import { pairingStore } from './pairings.ts';
import { pushTokenStore } from './push-tokens.ts';
import { rateStore } from './rates.ts';
import { wakeStore } from './wakes.ts';

export type { Account, Connection, DeviceRecord, UsedTicket } from './accounts.ts';
export type { Holding } from './holdings.ts';
export type { Pairing, PairingIn } from './pairings.ts';
export type { PushTarget, PushToken } from './push-tokens.ts';
export type { Reminder, Wake } from './wakes.ts';

/** The `Directory` table: who exists and how to reach them. */
export const createDirectory = (table: string) => {
  const client = DynamoDBDocumentClient.from(withoutLogger(new DynamoDBClient()), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return {
    ...accountStore(client, table),
    ...closureStore(client, table),
    ...connectionStore(client, table),
    ...contactStore(client, table),
    ...holdingStore(client, table),
    ...keyBoxStore(client, table),
    ...pairingStore(client, table),
    ...pushTokenStore(client, table),
    ...rateStore(client, table),
    ...wakeStore(client, table),
  };
};
export type Directory = ReturnType<typeof createDirectory>;
