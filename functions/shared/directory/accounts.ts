import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { AccountId, DeviceNumber } from '#protocol';
import { accountIdOf, DeviceList, deviceListHash, PublicKey } from '#protocol';
import type { Holding } from './holdings.ts';
import { keys } from './keys.ts';
import { Reminder, Wake } from './wakes.ts';
import { transact } from './transact.ts';

const AccountItem = z.object({
  sk: z.literal('account'),
  list: DeviceList,
  blocks: z.optional(z.int()),
  suspended: z.optional(z.int()),
});
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
  suspended: z.optional(z.int()),
  held: z.optional(z.number()),
  heldBytes: z.optional(z.number()),
  heldAt: z.optional(z.int()),
});

/**
 * A linked device, its open connection if it has one, and an estimate of what its mailbox holds. `push` is the id of the
 * token that it has registered; `woken` what has been done to wake it since it was connected last; `suspended` since when
 * its account is.
 */
export type DeviceRecord = {
  device: DeviceNumber;
  key: string;
  connection: Connection | undefined;
  held: Holding;
  push: string | undefined;
  woken: Wake | undefined;
  reminder: Reminder | undefined;
  suspended: number | undefined;
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
  /** Since when the operator does not let it act, in milliseconds since 1970. */
  suspended: number | undefined;
};

type NewDevice = { id: DeviceNumber; key: string };
/** What a list changes; it follows the list of hash `after`, or else the one that it names as its predecessor. */
type Replacement = { added?: readonly NewDevice[]; removed?: readonly DeviceNumber[]; after?: string };

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
    suspended,
  } = DeviceItem.parse(item);
  return {
    device,
    key,
    connection: connection === undefined ? undefined : { id: connection, at: connectedAt, checkAt },
    held: { envelopes: held, bytes: heldBytes, at: heldAt },
    push,
    woken,
    reminder,
    suspended,
  };
};

/** A device that has never connected. */
const newDevice = (account: AccountId, { id, key }: NewDevice) => ({
  ...keys.device(account, id),
  device: id,
  key,
  tokenTime: 0,
});

/** Puts `list` in the place of the one before it, if that is still the current one and the account may act. */
const listUpdate = (table: string, list: DeviceList, after: string | null = list.previous) => ({
  TableName: table,
  Key: keys.account(accountIdOf(list.identityKey)),
  UpdateExpression: 'SET #list = :list, #hash = :hash',
  ConditionExpression: '#hash = :previous AND attribute_not_exists(suspended)',
  ExpressionAttributeNames: { '#list': 'list', '#hash': 'hash' },
  ExpressionAttributeValues: { ':list': list, ':hash': deviceListHash(list), ':previous': after },
});

const putNew = (table: string, item: Record<string, unknown>) => ({
  Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' },
});

/** The writes that link a device, made together with its pairing's. */
export const linkingWrites = (table: string, list: DeviceList, device: NewDevice) => [
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
    const { list, blocks = 0, suspended } = AccountItem.parse(first);
    return {
      account,
      list,
      blocks,
      suspended,
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

  /** Replaces the list, with the devices that it adds, without those that it removes. False when another came first. */
  replaceList: async (list: DeviceList, { added = [], removed = [], after }: Replacement): Promise<boolean> => {
    const account = accountIdOf(list.identityKey);
    return transact(client, [
      { Update: listUpdate(table, list, after) },
      ...added.map((device) => putNew(table, newDevice(account, device))),
      ...removed.map((device) => ({ Delete: { TableName: table, Key: keys.device(account, device) } })),
    ]);
  },

  /** Leaves nothing of the account but that it was there. False when its list has changed, or it may not act, meanwhile. */
  deleteAccount: async ({ account, list }: Account, now: number): Promise<boolean> =>
    transact(client, [
      {
        Put: {
          TableName: table,
          Item: { ...keys.account(account), deletedAt: now },
          ConditionExpression: '#hash = :hash AND attribute_not_exists(suspended)',
          ExpressionAttributeNames: { '#hash': 'hash' },
          ExpressionAttributeValues: { ':hash': deviceListHash(list) },
        },
      },
      ...list.devices.map(({ id }) => ({ Delete: { TableName: table, Key: keys.device(account, id) } })),
    ]),
});
