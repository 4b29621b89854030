import type { AwsCall } from '../../../local/aws/index.ts';
import type { Traffic } from '../../../local/gateway/index.ts';
import type { Activity } from '../../../local/lambda/index.ts';
import { type Meter, startMeter } from '../../../local/meter/index.ts';
import { standingClock } from '../../../local/movable-clock.ts';

type Feed<T> = { listen: (listener: (told: T) => void) => () => void; tell: (told: T) => void };

const openFeed = <T>(): Feed<T> => {
  const listeners = new Set<(told: T) => void>();
  return {
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: (told) => listeners.forEach((listener) => listener(told)),
  };
};

/** An invocation that began: what it calls by its trace, and how it ends. */
export type Run = {
  calls: (call: Partial<AwsCall>) => void;
  posts: (bytes: number) => void;
  writes: (line: string) => void;
  ends: (how?: Partial<Extract<Activity, { kind: 'ended' }>>) => void;
};

type Line = { source: string; line: string; requestId?: string };

export const messageEvent = (routeKey: string) => ({ requestContext: { routeKey } });
export const queueEvent = (queue: string, ...bodies: string[]) => ({
  Records: bodies.map((body) => ({
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
    body,
  })),
});

const stage = {
  name: 'dev',
  variables: undefined,
  logFormat: undefined,
  defaultLimit: undefined,
  routeLimits: new Map(),
};

const connectionOf = (id: string, connectedAt: number) => ({
  id,
  connectedAt,
  lastActiveAt: connectedAt,
  stage,
  identity: { sourceIp: '127.0.0.1' },
});

const plainCall: AwsCall = {
  function: 'Relay',
  service: 'dynamodb',
  operation: 'PutItem',
  input: {},
  status: 200,
  bytes: 100,
  answered: 0,
  trace: undefined,
};

/** A meter, and what happens in the cloud that it watches; its clock stands still until it is moved. */
export const watchCloud = () => {
  const [activities, traffic, calls] = [openFeed<Activity>(), openFeed<Traffic>(), openFeed<AwsCall>()];
  const lines = openFeed<Line>();
  const clock = standingClock(Date.UTC(2026, 0, 2));
  const meter: Meter = startMeter({
    clock,
    lambda: { onActivity: activities.listen },
    gateway: { onTraffic: traffic.listen },
    aws: { onCall: calls.listen },
    onLine: lines.listen,
  });
  let count = 0;
  const begin = (name: string, event: unknown): Run => {
    count += 1;
    const requestId = `request-${count}`;
    const trace = `Root=1-0-${count};Parent=0;Sampled=0`;
    // The SDK gives its calls a parent of their own.
    const sent = `Root=1-0-${count};Parent=${count};Sampled=0`;
    activities.tell({ kind: 'started', requestId, trace, function: name, event });
    const result = { payload: null };
    return {
      calls: (call) => calls.tell({ ...plainCall, function: name, trace: sent, ...call }),
      posts: (bytes) => traffic.tell({ kind: 'posted', connection: connectionOf('c', 0), bytes, trace: sent }),
      writes: (line) => lines.tell({ source: 'stdout', requestId, line }),
      ends: (how) =>
        activities.tell({
          kind: 'ended',
          requestId,
          function: name,
          result,
          duration: 1,
          init: undefined,
          memory: 1024,
          ...how,
        }),
    };
  };
  const connections = new Map<string, number>();
  const connection = (id: string) => connectionOf(id, connections.get(id) ?? clock.now());
  return {
    meter,
    clock,
    begin,
    /** A call that nobody's invocation can be told of. */
    calls: (call: Partial<AwsCall>) => calls.tell({ ...plainCall, ...call }),
    writes: (source: string, line: string) => lines.tell({ source, line }),
    opens: (id: string) => {
      connections.set(id, clock.now());
      traffic.tell({ kind: 'opened', connection: connection(id) });
    },
    closes: (id: string) => traffic.tell({ kind: 'closed', connection: connection(id) }),
    says: (kind: 'received' | 'answered', routeKey: string, bytes: number) =>
      traffic.tell({ kind, connection: connection('c'), routeKey, bytes }),
    [Symbol.dispose]: () => meter[Symbol.dispose](),
  };
};
