import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { AccountId, DeviceNumber } from '#protocol';
import { accountIdOf, DeviceList, deviceListHash, PublicKey } from '#protocol';
import { keys } from './keys.ts';
import { transact } from './transact.ts';

const AccountItem = z.object({ sk: z.literal('account'), list: DeviceList });

const DeviceItem = z.object({
  sk: z.string(),
  device: z.int(),
  key: PublicKey,
  connection: z.optional(z.string()),
  connectedAt: z.optional(z.int()),
});

/** A linked device, and its open connection if it has one. */
export type DeviceRecord = { device: DeviceNumber; key: string; connection: Connection | undefined };
export type Connection = { id: string; at: number };

/** An account as its last list says; a device that has left by itself is in the list, but not in `devices`. */
export type Account = {
  account: AccountId;
  list: DeviceList;
  devices: ReadonlyMap<DeviceNumber, DeviceRecord>;
};

const toDevice = (item: unknown): DeviceRecord => {
  const { device, key, connection, connectedAt } = DeviceItem.parse(item);
  return { device, key, connection: connection === undefined ? undefined : { id: connection, at: connectedAt ?? 0 } };
};

/** A device that has never connected. */
const newDevice = (account: AccountId, { id, key }: { id: DeviceNumber; key: string }) => ({
  ...keys.device(account, id),
  device: id,
  key,
  tokenTime: 0,
});

/** Puts `list` in the place of the version before it, if that is still the current one. */
const listUpdate = (table: string, list: DeviceList) => ({
  TableName: table,
  Key: keys.account(accountIdOf(list.identityKey)),
  UpdateExpression: 'SET #list = :list, #hash = :hash',
  ConditionExpression: '#hash = :previous',
  ExpressionAttributeNames: { '#list': 'list', '#hash': 'hash' },
  ExpressionAttributeValues: { ':list': list, ':hash': deviceListHash(list), ':previous': list.previous },
});

const ifNew = 'attribute_not_exists(pk)';

/** The writes that link a device, made together with its pairing's. */
export const linkingWrites = (table: string, list: DeviceList, device: { id: DeviceNumber; key: string }) => [
  { Update: listUpdate(table, list) },
  { Put: { TableName: table, Item: newDevice(accountIdOf(list.identityKey), device), ConditionExpression: ifNew } },
];

/** Accounts and their devices. All reads are strongly consistent. */
export const accountStore = (client: DynamoDBDocumentClient, table: string) => ({
  account: async (account: AccountId): Promise<Account | undefined> => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk < :others',
        ExpressionAttributeValues: { ':pk': keys.account(account).pk, ':others': '~' },
      }),
    );
    const [first, ...rest] = Items;
    if (first === undefined) return undefined;
    const devices = rest.map(toDevice);
    return {
      account,
      list: AccountItem.parse(first).list,
      devices: new Map(devices.map((device) => [device.device, device])),
    };
  },

  device: async (account: AccountId, device: DeviceNumber): Promise<DeviceRecord | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, ConsistentRead: true, Key: keys.device(account, device) }),
    );
    return Item === undefined ? undefined : toDevice(Item);
  },

  /** False when the account exists already. */
  register: async (list: DeviceList): Promise<boolean> => {
    const account = accountIdOf(list.identityKey);
    const item = { ...keys.account(account), list, hash: deviceListHash(list) };
    return transact(client, [
      { Put: { TableName: table, Item: item, ConditionExpression: ifNew } },
      ...list.devices.map((device) => ({
        Put: { TableName: table, Item: newDevice(account, device), ConditionExpression: ifNew },
      })),
    ]);
  },

  /** Replaces the list and forgets the devices that it removes. False when another list has come first. */
  replaceList: async (list: DeviceList, removed: readonly DeviceNumber[]): Promise<boolean> => {
    const account = accountIdOf(list.identityKey);
    return transact(client, [
      { Update: listUpdate(table, list) },
      ...removed.map((device) => ({ Delete: { TableName: table, Key: keys.device(account, device) } })),
    ]);
  },
});
