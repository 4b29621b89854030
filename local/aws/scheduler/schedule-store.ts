import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod/mini';
import { openDatabase, transact } from '../database.ts';
import { Definition, type Delivery, type Schedule } from './schedule.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS schedules (
    groupName TEXT NOT NULL,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    clientToken TEXT,
    dueAt INTEGER,
    createdAt INTEGER NOT NULL,
    modifiedAt INTEGER NOT NULL,
    PRIMARY KEY (groupName, name)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS byTime ON schedules (dueAt);
  CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    scheduleArn TEXT NOT NULL,
    targetArn TEXT NOT NULL,
    roleArn TEXT NOT NULL,
    input TEXT NOT NULL
  ) STRICT;
`;

const Row = z.object({
  groupName: z.string(),
  name: z.string(),
  definition: z.string(),
  clientToken: z.nullable(z.string()),
  dueAt: z.nullable(z.number()),
  createdAt: z.number(),
  modifiedAt: z.number(),
});
const DeliveryRow = z.object({
  id: z.string(),
  scheduleArn: z.string(),
  targetArn: z.string(),
  roleArn: z.string(),
  input: z.string(),
});
const Next = z.object({ next: z.nullable(z.number()) });

/** Opens where schedules are kept, and what they have yet to bring: in a file under `data`, or in memory without it. */
export const openScheduleStore = (data: string | undefined) => {
  const database = openDatabase({ data, name: 'schedules', schema });
  return {
    ...schedules(database),
    ...deliveries(database),
    transact: <T>(work: () => T): T => transact(database, work),
    close: () => database.close(),
  };
};

export type ScheduleStore = ReturnType<typeof openScheduleStore>;

const schedules = (database: DatabaseSync) => {
  const put = database.prepare(
    `INSERT OR REPLACE INTO schedules (groupName, name, definition, clientToken, dueAt, createdAt, modifiedAt)
     VALUES ($groupName, $name, $definition, $clientToken, $dueAt, $createdAt, $modifiedAt)`,
  );
  const get = database.prepare('SELECT * FROM schedules WHERE groupName = $group AND name = $name');
  const all = database.prepare('SELECT * FROM schedules ORDER BY groupName, name');
  const due = database.prepare('SELECT * FROM schedules WHERE dueAt <= $now ORDER BY dueAt');
  const next = database.prepare('SELECT min(dueAt) AS next FROM schedules');
  const remove = database.prepare('DELETE FROM schedules WHERE groupName = $group AND name = $name');
  return {
    put: ({ group, definition, clientToken = null, dueAt = null, ...schedule }: Nullable): void => {
      put.run({ groupName: group, definition: JSON.stringify(definition), clientToken, dueAt, ...schedule });
    },
    find: (group: string, name: string): Schedule | undefined => {
      const row = get.get({ group, name });
      return row === undefined ? undefined : read(row);
    },
    all: (): Schedule[] => all.all().map(read),
    /** The schedules whose time has come, earliest first. */
    due: (now: number): Schedule[] => due.all({ now }).map(read),
    nextDue: (): number | undefined => z.parse(Next, next.get()).next ?? undefined,
    remove: ({ group, name }: Pick<Schedule, 'group' | 'name'>): boolean => remove.run({ group, name }).changes === 1,
  };
};

/** A schedule whose missing values are columns without one. */
type Nullable = Omit<Schedule, 'clientToken' | 'dueAt'> & {
  clientToken?: string | null | undefined;
  dueAt?: number | null | undefined;
};

const deliveries = (database: DatabaseSync) => {
  const add = database.prepare(
    `INSERT INTO deliveries (id, scheduleArn, targetArn, roleArn, input)
     VALUES ($id, $scheduleArn, $targetArn, $roleArn, $input)`,
  );
  const pending = database.prepare('SELECT * FROM deliveries');
  const done = database.prepare('DELETE FROM deliveries WHERE id = $id');
  return {
    addDelivery: ({ id, scheduleArn, target, input }: Delivery): void => {
      add.run({ id, scheduleArn, targetArn: target.Arn, roleArn: target.RoleArn, input });
    },
    pendingDeliveries: (): Delivery[] => pending.all().map(readDelivery),
    removeDelivery: (id: string): void => void done.run({ id }),
  };
};

const read = (row: unknown): Schedule => {
  const { groupName: group, definition, clientToken, dueAt, ...schedule } = z.parse(Row, row);
  return {
    group,
    definition: z.parse(Definition, JSON.parse(definition)),
    clientToken: clientToken ?? undefined,
    dueAt: dueAt ?? undefined,
    ...schedule,
  };
};

const readDelivery = (row: unknown): Delivery => {
  const { targetArn: Arn, roleArn: RoleArn, ...delivery } = z.parse(DeliveryRow, row);
  return { ...delivery, target: { Arn, RoleArn } };
};
