import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { DeviceAddress } from '#protocol';
import { parseAddress } from '#protocol';
import { ifConditionHolds } from './conditional.ts';
import { keys } from './keys.ts';

/** That somebody has taken it on, at a time in milliseconds since 1970, to wake a device; `done` when the push is out. */
export const Wake = z.object({ at: z.int(), urgent: z.boolean(), done: z.boolean() });
export type Wake = z.infer<typeof Wake>;

/** When a device that has not fetched its mail by then is woken again, and how often it has been. */
export const Reminder = z.object({ at: z.int(), step: z.int() });
export type Reminder = z.infer<typeof Reminder>;

type Claim = { wake: Wake; reminder: Reminder; seen: Wake | undefined };
type Expressions = {
  update: string;
  condition: string;
  names?: Record<string, string>;
  values: Record<string, unknown>;
};
type Cleared = { woken: Wake | undefined; reminder: Reminder | undefined };

const asSeen = (name: string, value: unknown) =>
  value === undefined ? `attribute_not_exists(${name})` : `${name} = :${name}`;

/** What has been done to wake devices, each on its device's item. */
export const wakeStore = (client: DynamoDBDocumentClient, table: string) => {
  /** Whether the condition held. */
  const update = async (address: DeviceAddress, { names, ...expressions }: Expressions): Promise<boolean> => {
    const { account, device } = parseAddress(address);
    const written = await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.device(account, device),
          UpdateExpression: expressions.update,
          ConditionExpression: expressions.condition,
          ...(names && { ExpressionAttributeNames: names }),
          ExpressionAttributeValues: expressions.values,
        }),
      ),
    );
    return written !== undefined;
  };
  return {
    /** Takes it on to wake a device that is not connected. False when it is by now, or when somebody else was first. */
    claimWake: (address: DeviceAddress, { wake, reminder, seen }: Claim): Promise<boolean> =>
      update(address, {
        update: 'SET woken = :wake, reminder = :reminder',
        condition: `attribute_exists(pk) AND attribute_not_exists(#connection) AND ${asSeen('woken', seen)}`,
        names: { '#connection': 'connection' },
        values: { ':wake': wake, ':reminder': reminder, ...(seen && { ':woken': seen }) },
      }),

    /** Says that it has been woken, unless it has connected since: then what comes next wakes it again. */
    markWoken: (address: DeviceAddress, wake: Wake): Promise<boolean> =>
      update(address, {
        update: 'SET woken = :done',
        condition: 'woken = :wake',
        values: { ':wake': wake, ':done': { ...wake, done: true } },
      }),

    /** Puts the next reminder in the place of one that has been made; none after the last. */
    followReminder: (address: DeviceAddress, made: Reminder, next: Reminder | undefined): Promise<boolean> =>
      update(address, {
        update: next === undefined ? 'REMOVE reminder' : 'SET reminder = :next',
        condition: 'reminder = :made',
        values: { ':made': made, ...(next && { ':next': next }) },
      }),

    /** Forgets what woke a device that has fetched all, unless it has been woken again since. */
    clearWake: (address: DeviceAddress, { woken, reminder }: Cleared): Promise<boolean> =>
      update(address, {
        update: 'REMOVE woken, reminder',
        condition: `attribute_exists(pk) AND ${asSeen('woken', woken)} AND ${asSeen('reminder', reminder)}`,
        values: { ...(woken && { ':woken': woken }), ...(reminder && { ':reminder': reminder }) },
      }),
  };
};
