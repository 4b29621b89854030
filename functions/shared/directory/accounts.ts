import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { AccountId, DeviceNumber } from '#protocol';
import { accountIdOf, DeviceList, deviceListHash, PublicKey } from '#protocol';
import type { Holding } from './holdings.ts';
import { keys } from './keys.ts';
import { Reminder, Wake } from './wakes.ts';
import { transact } from './transact.ts';

const AccountItem = z.object({ sk: z.literal('account'), list: DeviceList, blocks: z.optional(z.int()) });
/** What remains of a deleted account, so that nobody who has its keys registers it again. */
const Tombstone = z.object({ sk: z.literal('account'), deletedAt: z.int() });

const DeviceItem = z.object({
  sk: z.string(),
  device: z.int(),
  key: PublicKey,
  connection: z.optional(z.string()),
  connectedAt: z.optional(z.int()),
  checkAt: z.optional(z.int()),
  push: z.optional(z.string()),
  woken: z.optional(Wake),
  reminder: z.optional(Reminder),
  held: z.optional(z.number()),
  heldBytes: z.optional(z.number()),
  heldAt: z.optional(z.int()),
});

/**
 * A linked device, its open connection if it has one, and an estimate of what its mailbox holds. `push` is the id of the
 * token that it has registered; `woken` what has been done to wake it since it was connected last.
 */
export type DeviceRecord = {
  device: DeviceNumber;
  key: string;
  connection: Connection | undefined;
  held: Holding;
  push: string | undefined;
  woken: Wake | undefined;
  reminder: Reminder | undefined;
};
/** `checkAt`: when it is looked after whether what was delivered last has been acknowledged. */
export type Connection = { id: string; at: number; checkAt: number };

/** Of a ticket of admission, that it has been used; `expires` is when nobody needs to know any more. */
export type UsedTicket = { id: string; expires: number };

/** An account as its last list says; a device that has left by itself is in the list, but not in `devices`. */
export type Account = {
  account: AccountId;
  list: DeviceList;
  devices: ReadonlyMap<DeviceNumber, DeviceRecord>;
  /** How many accounts it has blocked. */
  blocks: number;
};

type Replacement = { device: { id: DeviceNumber; key: string }; former: DeviceNumber };

const toDevice = (item: unknown): DeviceRecord => {
  const {
    device,
    key,
    connection,
    connectedAt = 0,
    checkAt = 0,
    held = 0,
    heldBytes = 0,
    heldAt = 0,
    push,
    woken,
    reminder,
  } = DeviceItem.parse(item);
  return {
    device,
    key,
    connection: connection === undefined ? undefined : { id: connection, at: connectedAt, checkAt },
    held: { envelopes: held, bytes: heldBytes, at: heldAt },
    push,
    woken,
    reminder,
  };
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

const putNew = (table: string, item: Record<string, unknown>) => ({
  Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' },
});

/** The writes that link a device, made together with its pairing's. */
export const linkingWrites = (table: string, list: DeviceList, device: { id: DeviceNumber; key: string }) => [
  { Update: listUpdate(table, list) },
  putNew(table, newDevice(accountIdOf(list.identityKey), device)),
];

/** Accounts and their devices. All reads are strongly consistent. */
export const accountStore = (client: DynamoDBDocumentClient, table: string) => ({
  account: async (account: AccountId): Promise<Account | 'gone' | undefined> => {
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
    if (Tombstone.safeParse(first).success) return 'gone';
    const devices = rest.map(toDevice);
    const { list, blocks = 0 } = AccountItem.parse(first);
    return {
      account,
      list,
      blocks,
      devices: new Map(devices.map((device) => [device.device, device])),
    };
  },

  device: async (account: AccountId, device: DeviceNumber): Promise<DeviceRecord | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, ConsistentRead: true, Key: keys.device(account, device) }),
    );
    return Item === undefined ? undefined : toDevice(Item);
  },

  /** Makes the account and uses up its ticket. False when the account has existed, or the ticket been used, before. */
  register: async (list: DeviceList, ticket: UsedTicket | undefined): Promise<boolean> => {
    const account = accountIdOf(list.identityKey);
    return transact(client, [
      putNew(table, { ...keys.account(account), list, hash: deviceListHash(list) }),
      ...list.devices.map((device) => putNew(table, newDevice(account, device))),
      ...(ticket === undefined
        ? []
        : [putNew(table, { ...keys.ticket(ticket.id), ttl: Math.ceil(ticket.expires / 1000) })]),
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

  /** As `replaceList`, with a new primary in the place of the former. */
  replacePrimary: async (list: DeviceList, { device, former }: Replacement): Promise<boolean> =>
    transact(client, [
      ...linkingWrites(table, list, device),
      { Delete: { TableName: table, Key: keys.device(accountIdOf(list.identityKey), former) } },
    ]),

  /** Leaves nothing of the account but that it was there. False when its list has changed meanwhile. */
  deleteAccount: async ({ account, list }: Account, now: number): Promise<boolean> =>
    transact(client, [
      {
        Put: {
          TableName: table,
          Item: { ...keys.account(account), deletedAt: now },
          ConditionExpression: '#hash = :hash',
          ExpressionAttributeNames: { '#hash': 'hash' },
          ExpressionAttributeValues: { ':hash': deviceListHash(list) },
        },
      },
      ...list.devices.map(({ id }) => ({ Delete: { TableName: table, Key: keys.device(account, id) } })),
    ]),
});
