import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Device } from '#protocol';
import { AccountId, DeviceList, limits, PairingId, PublicKey } from '#protocol';
import { linkingWrites } from './accounts.ts';
import { ifConditionHolds } from './conditional.ts';
import { keys } from './keys.ts';
import { transact } from './transact.ts';

const opened = {
  pairing: PairingId,
  deviceKey: PublicKey,
  /** The companion's, where it is told what becomes of its pairing. */
  connection: z.string(),
  sourceIp: z.string(),
  userAgent: z.optional(z.string()),
  label: z.optional(z.string()),
  expiresAt: z.int(),
};
const scanned = { ...opened, account: AccountId, decideBy: z.int() };
const approved = { ...scanned, sealed: z.string(), deviceList: DeviceList, device: z.int(), collectBy: z.int() };

/** A pairing as stored. That it has expired is no stored state: its times tell. */
const Pairing = z.discriminatedUnion('state', [
  z.object({ state: z.literal('opened'), ...opened }),
  z.object({ state: z.literal('cancelled'), ...opened, account: z.optional(AccountId) }),
  z.object({ state: z.literal('scanned'), ...scanned }),
  z.object({ state: z.literal('denied'), ...scanned }),
  z.object({ state: z.literal('approved'), ...approved }),
]);
export type Pairing = z.infer<typeof Pairing>;
export type PairingIn<S extends Pairing['state']> = Extract<Pairing, { state: S }>;

type Approval = { deviceList: DeviceList; device: Device; sealed: string; now: number };

const mine = '#state = :scanned AND account = :account AND decideBy > :now';

/** `#name` stands for the attribute `name`: some of them are reserved words. */
const placeholders = (expressions: string) =>
  Object.fromEntries([...expressions.matchAll(/#(\w+)/g)].map(([placeholder, name = '']) => [placeholder, name]));

/** Pairings. Each transition is one conditional write or one transaction, and says so when it came too late. */
export const pairingStore = (client: DynamoDBDocumentClient, table: string) => {
  const update = (
    pairing: string,
    expressions: { set: string; condition: string; values: Record<string, unknown> },
  ) => ({
    TableName: table,
    Key: keys.pairing(pairing),
    UpdateExpression: `SET ${expressions.set}`,
    ConditionExpression: expressions.condition,
    ExpressionAttributeValues: expressions.values,
    ExpressionAttributeNames: placeholders(`${expressions.set} ${expressions.condition}`),
  });
  /** The pairing as it is then, or undefined when the condition failed. */
  const change = async (input: ReturnType<typeof update>): Promise<Pairing | undefined> => {
    const written = await ifConditionHolds(client.send(new UpdateCommand({ ...input, ReturnValues: 'ALL_NEW' })));
    return written === undefined ? undefined : Pairing.parse(written.Attributes);
  };

  return {
    pairing: async (pairing: string): Promise<Pairing | undefined> => {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, ConsistentRead: true, Key: keys.pairing(pairing) }),
      );
      return Item === undefined ? undefined : Pairing.parse(Item);
    },

    /** Opens a pairing and cancels the one that it replaces, which the same connection must have open. */
    openPairing: async (pairing: PairingIn<'opened'>, replaces?: string): Promise<boolean> => {
      const ttl = Math.ceil((pairing.expiresAt + limits.pairingDecision + limits.pairingCollect) / 1000);
      const item = { ...keys.pairing(pairing.pairing), ...pairing, ttl };
      const cancel = (old: string) =>
        update(old, {
          set: '#state = :cancelled',
          condition: '#state = :opened AND #connection = :connection',
          values: { ':cancelled': 'cancelled', ':opened': 'opened', ':connection': pairing.connection },
        });
      return transact(client, [
        { Put: { TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } },
        ...(replaces === undefined ? [] : [{ Update: cancel(replaces) }]),
      ]);
    },

    /** The pairing, now this account's; undefined when it could not be had. */
    scanPairing: async (
      pairing: string,
      by: { account: AccountId; now: number; decideBy: number },
    ): Promise<Pairing | undefined> =>
      change(
        update(pairing, {
          set: '#state = :scanned, account = :account, decideBy = :decideBy',
          condition: '#state = :opened AND expiresAt > :now',
          values: {
            ':scanned': 'scanned',
            ':opened': 'opened',
            ':account': by.account,
            ':decideBy': by.decideBy,
            ':now': by.now,
          },
        }),
      ),

    /** The pairing, now denied, with the companion's connection as it is then; undefined when it came too late. */
    denyPairing: async (
      { pairing, account }: PairingIn<'scanned'>,
      now: number,
    ): Promise<PairingIn<'denied'> | undefined> => {
      const values = { ':denied': 'denied', ':scanned': 'scanned', ':account': account, ':now': now };
      const changed = await change(update(pairing, { set: '#state = :denied', condition: mine, values }));
      return changed?.state === 'denied' ? changed : undefined;
    },

    /** The companion withdraws what no phone has decided on; undefined when it came too late. */
    cancelPairing: async (pairing: string): Promise<PairingIn<'cancelled'> | undefined> => {
      const condition = '#state = :opened OR #state = :scanned';
      const values = { ':cancelled': 'cancelled', ':opened': 'opened', ':scanned': 'scanned' };
      const changed = await change(update(pairing, { set: '#state = :cancelled', condition, values }));
      return changed?.state === 'cancelled' ? changed : undefined;
    },

    /**
     * Links the device: the pairing is approved, the list succeeded and the device created, or nothing of it. The
     * companion's connection must be the one given, so that whoever approves tells the right one.
     */
    approvePairing: async (pairing: PairingIn<'scanned'>, approval: Approval): Promise<boolean> => {
      const { deviceList, device, sealed, now } = approval;
      const approve = update(pairing.pairing, {
        set: '#state = :approved, sealed = :sealed, deviceList = :list, device = :device, collectBy = :collectBy',
        condition: `${mine} AND #connection = :connection`,
        values: {
          ':approved': 'approved',
          ':scanned': 'scanned',
          ':account': pairing.account,
          ':now': now,
          ':connection': pairing.connection,
          ':sealed': sealed,
          ':list': deviceList,
          ':device': device.id,
          ':collectBy': now + limits.pairingCollect,
        },
      });
      return transact(client, [{ Update: approve }, ...linkingWrites(table, deviceList, device)]);
    },

    /** Makes `connection` the one where the companion is told; gives the pairing as it is then. */
    rebindPairing: async (pairing: string, connection: string): Promise<Pairing | undefined> =>
      change(
        update(pairing, {
          set: '#connection = :connection',
          condition: 'attribute_exists(pk)',
          values: { ':connection': connection },
        }),
      ),
  };
};
