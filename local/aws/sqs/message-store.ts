import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod/mini';
import { openDatabase, transact } from '../database.ts';
import { MessageAttributes } from './message-attributes.ts';
import type { Receipt } from './receipt-handle.ts';

/** A message in a queue; times in milliseconds since 1970. */
export type Stored = {
  sequence: number;
  id: string;
  body: string;
  attributes: MessageAttributes;
  sender: string;
  sentAt: number;
  visibleAt: number;
  /** How often it was received from this queue. */
  received: number;
  firstReceivedAt: number | null;
  /** The queue that gave it up as undeliverable. */
  source: string | null;
};

type NewMessage = Pick<Stored, 'id' | 'body' | 'attributes' | 'sender' | 'sentAt' | 'visibleAt'>;

const schema = `
  CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    sender TEXT NOT NULL,
    sentAt INTEGER NOT NULL,
    visibleAt INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    firstReceivedAt INTEGER,
    source TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS byVisibility ON messages (queue, visibleAt);
`;

const Row = z.object({
  sequence: z.number(),
  id: z.string(),
  body: z.string(),
  attributes: z.string(),
  sender: z.string(),
  sentAt: z.number(),
  visibleAt: z.number(),
  received: z.number(),
  firstReceivedAt: z.nullable(z.number()),
  source: z.nullable(z.string()),
});
const Counts = z.object({ visible: z.number(), inFlight: z.number(), delayed: z.number() });
const Next = z.object({ next: z.nullable(z.number()) });

/** Opens where the messages of all queues are kept: in a file under `data`, or in memory without it. */
export const openMessageStore = (data: string | undefined) => {
  const database = openDatabase({ data, name: 'queues', schema });
  return {
    ...statements(database),
    transact: <T>(work: () => T): T => transact(database, work),
    close: () => database.close(),
  };
};

export type MessageStore = ReturnType<typeof openMessageStore>;

const statements = (database: DatabaseSync) => {
  const insert = database.prepare(
    `INSERT INTO messages (queue, id, body, attributes, sender, sentAt, visibleAt)
     VALUES ($queue, $id, $body, $attributes, $sender, $sentAt, $visibleAt)`,
  );
  const visible = database.prepare(
    'SELECT * FROM messages WHERE queue = $queue AND visibleAt <= $now ORDER BY sequence LIMIT $count',
  );
  const receive = database.prepare(
    `UPDATE messages SET visibleAt = $visibleAt, received = received + 1,
       firstReceivedAt = coalesce(firstReceivedAt, $now) WHERE sequence = $sequence RETURNING *`,
  );
  const giveUp = database.prepare(
    `UPDATE messages SET queue = $to, source = $source, received = 0, visibleAt = $now
     WHERE queue = $queue AND visibleAt <= $now AND received >= $maxReceiveCount`,
  );
  const hide = database.prepare(
    `UPDATE messages SET visibleAt = $visibleAt
     WHERE queue = $queue AND sequence = $sequence AND received = $received AND visibleAt > $now`,
  );
  const remove = database.prepare(
    'DELETE FROM messages WHERE queue = $queue AND sequence = $sequence AND received = $received',
  );
  const expire = database.prepare('DELETE FROM messages WHERE queue = $queue AND sentAt <= $before');
  const purge = database.prepare('DELETE FROM messages WHERE queue = $queue');
  const next = database.prepare(
    'SELECT min(visibleAt) AS next FROM messages WHERE queue = $queue AND visibleAt > $after',
  );
  const count = database.prepare(
    `SELECT count(*) FILTER (WHERE visibleAt <= $now) AS visible,
       count(*) FILTER (WHERE visibleAt > $now AND received > 0) AS inFlight,
       count(*) FILTER (WHERE visibleAt > $now AND received = 0) AS delayed
     FROM messages WHERE queue = $queue`,
  );

  return {
    add: (queue: string, { id, body, attributes, sender, sentAt, visibleAt }: NewMessage): void => {
      insert.run({ queue, id, body, attributes: JSON.stringify(attributes), sender, sentAt, visibleAt });
    },
    /** The messages that can be received at a time, oldest first. */
    visible: (queue: string, now: number, count: number): Stored[] => visible.all({ queue, now, count }).map(read),
    /** Counts one more receipt of a message, and hides it until then. */
    receive: (sequence: number, now: number, visibleAt: number): Stored =>
      read(receive.get({ sequence, now, visibleAt })),
    /** Moves what was received too often to another queue; returns how many that were. */
    giveUp: (given: { queue: string; to: string; source: string; now: number; maxReceiveCount: number }): number =>
      Number(giveUp.run(given).changes),
    /** Sets until when a message in flight is hidden; false when it is not in flight by this receipt. */
    hide: (receipt: Receipt, now: number, visibleAt: number): boolean =>
      hide.run({ ...receipt, now, visibleAt }).changes === 1,
    /** Deletes the message unless it was received again since, or is gone already. */
    remove: (receipt: Receipt): void => void remove.run(receipt),
    /** Deletes what was sent at a time or before. */
    expire: (queue: string, before: number): void => void expire.run({ queue, before }),
    purge: (queue: string): void => void purge.run({ queue }),
    /** When the next message becomes visible, after a time. */
    nextVisible: (queue: string, after: number): number | undefined =>
      z.parse(Next, next.get({ queue, after })).next ?? undefined,
    count: (queue: string, now: number): z.infer<typeof Counts> => z.parse(Counts, count.get({ queue, now })),
  };
};

const read = (row: unknown): Stored => {
  const { attributes, ...message } = z.parse(Row, row);
  return { ...message, attributes: z.parse(MessageAttributes, JSON.parse(attributes)) };
};
