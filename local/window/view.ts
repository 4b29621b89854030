import type { Cloud } from '../cloud.ts';
import type { Faults } from '../faults/index.ts';
import type { Reading } from '../meter/index.ts';
import type { Entry } from './journal.ts';
import type { TableView } from './read-tables.ts';

/** A connection; `who` is the principal that the authorizer named. */
export type ConnectionView = { id: string; who: string; since: number; lastActive: number };

export type QueueView = { name: string; visible: number; inFlight: number; delayed: number };

export type PushView = { at: number; platform: string; endpoint: string; payload: string };

/** All that the window shows, at one moment. */
export type View = {
  stack: string;
  endpoint: string;
  aws: string;
  now: number;
  connections: ConnectionView[];
  invocations: Entry[];
  /** Or why they cannot be read. */
  tables: TableView[] | { failed: string };
  queues: QueueView[];
  pushes: PushView[];
  meter: Reading;
  faults: { seed: number; active: ReturnType<Faults['active']> };
};

/** What the cloud knows by itself, without asking an engine. */
export const viewOf = (cloud: Cloud): Omit<View, 'now' | 'invocations' | 'tables'> => ({
  stack: cloud.stack,
  endpoint: cloud.endpoint,
  aws: cloud.aws.url,
  connections: cloud.gateway.clients().map(({ id, connectedAt, lastActiveAt, authorizer }) => ({
    id,
    who: authorizer?.['principalId'] ?? 'anybody',
    since: connectedAt,
    lastActive: lastActiveAt,
  })),
  queues: cloud.aws.queues.all.map((queue) => ({ name: queue.config.name, ...queue.count() })),
  pushes: cloud.aws.sns.outbox
    .pushes()
    .map(({ at, platform, endpoint, payload }) => ({ at, platform, endpoint, payload }))
    .toReversed(),
  meter: cloud.meter.snapshot(),
  faults: { seed: cloud.faults.seed, active: cloud.faults.active() },
});
