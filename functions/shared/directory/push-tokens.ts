import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { DeviceAddress, parseAddress, PushSubscription } from '#protocol';
import { ifConditionHolds } from './conditional.ts';
import { keys } from './keys.ts';
import { transact } from './transact.ts';

/** Where a push goes: to SNS's endpoint of a phone, by its ARN, or to a browser's subscription. */
const PushTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['apns', 'apns_sandbox']), endpoint: z.string(), silent: z.boolean() }),
  z.object({ kind: z.literal('fcm'), endpoint: z.string() }),
  z.object({ kind: z.literal('webpush'), subscription: PushSubscription }),
]);
export type PushTarget = z.infer<typeof PushTarget>;

const PushToken = z.object({ device: DeviceAddress, target: PushTarget });
/** A token and the one device that it wakes. */
export type PushToken = z.infer<typeof PushToken>;

type Registration = {
  /** Its id: nobody needs to know the token itself again. */
  token: string;
  target: PushTarget;
  /** The token's owner as it was read. */
  owner: DeviceAddress | undefined;
  /** The token that the device had until now. */
  former: string | undefined;
  /** Whether the former token's endpoint is the new one's, so that nothing is left to be deleted but its name. */
  replaces: boolean;
};

/** Which token wakes which device: a token belongs to one device, and a device has one token. */
export const pushTokenStore = (client: DynamoDBDocumentClient, table: string) => ({
  pushToken: async (token: string): Promise<PushToken | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, ConsistentRead: true, Key: keys.pushToken(token) }),
    );
    return Item === undefined ? undefined : PushToken.parse(Item);
  },

  /** Makes the token the device's. False when either has changed since it was read, or the device is no longer linked. */
  registerPush: async (address: DeviceAddress, registration: Registration): Promise<boolean> => {
    const { token, target, owner, former, replaces } = registration;
    const { account, device } = parseAddress(address);
    return transact(client, [
      {
        Put: {
          TableName: table,
          Item: { ...keys.pushToken(token), device: address, target },
          ConditionExpression: owner === undefined ? 'attribute_not_exists(pk)' : 'device = :owner',
          ...(owner !== undefined && { ExpressionAttributeValues: { ':owner': owner } }),
        },
      },
      {
        Update: {
          TableName: table,
          Key: keys.device(account, device),
          UpdateExpression: 'SET push = :token',
          ConditionExpression: `attribute_exists(pk) AND ${former === undefined ? 'attribute_not_exists(push)' : 'push = :former'}`,
          ExpressionAttributeValues: { ':token': token, ...(former !== undefined && { ':former': former }) },
        },
      },
      ...(former === undefined || !replaces ? [] : [{ Delete: ownDeletion(table, former, address) }]),
    ]);
  },

  /** Takes the token from the device. False when it has not, or no longer, that one. */
  unregisterPush: async (address: DeviceAddress, token: string): Promise<boolean> => {
    const { account, device } = parseAddress(address);
    const written = await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.device(account, device),
          UpdateExpression: 'REMOVE push',
          ConditionExpression: 'push = :token',
          ExpressionAttributeValues: { ':token': token },
        }),
      ),
    );
    return written !== undefined;
  },

  /** Forgets a token that is still the device's. */
  deletePushToken: async (token: string, owner: DeviceAddress): Promise<void> => {
    await ifConditionHolds(client.send(new DeleteCommand(ownDeletion(table, token, owner))));
  },
});

const ownDeletion = (table: string, token: string, owner: DeviceAddress) => ({
  TableName: table,
  Key: keys.pushToken(token),
  ConditionExpression: 'device = :owner',
  ExpressionAttributeValues: { ':owner': owner },
});
