import type { Aws } from '../aws/index.ts';
import type { Clock } from '../clock.ts';
import type { Gateway, Traffic } from '../gateway/index.ts';
import type { Activity, Lambda } from '../lambda/index.ts';
import { causeOf, queuedBodies } from './cause.ts';
import { type Account, between, openLedger, type Reading } from './ledger.ts';
import { callUsage, deleteUsage, invocationUsage, logUsage, messageUsage, receiveUsage } from './rules.ts';

/** A line of a log: of a function's, of the gateway's, or of this cloud's own, which AWS does not write. */
type Line = { source: string; line: string; requestId?: string };

export type MeterOptions = {
  clock: Clock;
  lambda: Pick<Lambda, 'onActivity'>;
  gateway: Pick<Gateway, 'onTraffic'>;
  aws: Pick<Aws, 'onCall'>;
  onLine: (listener: (line: Line) => void) => () => void;
};

export type Meter = Disposable & {
  /** What was used since the cloud started. */
  snapshot: () => Reading;
  /** What was used since a snapshot was taken. */
  since: (snapshot: Reading) => Reading;
};

/** How many invocations are kept in mind, for calls that come while they run or were left running. */
const remembered = 10_000;
const connected: Account = { method: '$connect' };

/**
 * Counts whatever AWS would bill, each for the method that caused it. Calls and posts tell their invocation by the trace
 * header that the AWS SDK sends. Calls to AWS by the operator are not counted: that is who looks on.
 */
export const startMeter = ({ clock, lambda, gateway, aws, onLine }: MeterOptions): Meter => {
  const ledger = openLedger();
  const accounts = new Map<string, Account>();
  const running = new Map<string, { account: Account; queued: string[] | undefined }>();
  /** Until when each open connection's time is counted. */
  const open = new Map<string, number>();

  const onActivity = (activity: Activity) => {
    if (activity.kind === 'started') {
      const account = { method: causeOf(activity.event), function: activity.function };
      accounts.set(rootOf(activity.trace), account);
      const [oldest] = accounts.keys();
      if (oldest !== undefined && accounts.size > remembered) accounts.delete(oldest);
      const queued = queuedBodies(activity.event);
      running.set(activity.requestId, { account, queued });
      if (queued !== undefined) ledger.add(account, receiveUsage(queued));
      return;
    }
    const begun = running.get(activity.requestId);
    running.delete(activity.requestId);
    if (begun === undefined) return;
    const { account, queued } = begun;
    ledger.add(account, invocationUsage(activity));
    if (queued !== undefined && !('error' in activity.result)) ledger.add(account, deleteUsage(queued));
  };
  const caller = (trace: string | undefined): Account | undefined =>
    trace === undefined ? undefined : accounts.get(rootOf(trace));
  const settle = (id: string) => {
    const now = clock.now();
    ledger.add(connected, { connectionMinutes: (now - (open.get(id) ?? now)) / 60_000 });
    open.set(id, now);
  };

  const onTraffic = (traffic: Traffic) => {
    const { id, connectedAt } = traffic.connection;
    if ('bytes' in traffic) ledger.carry('gateway', traffic.bytes);
    switch (traffic.kind) {
      case 'opened':
        open.set(id, connectedAt);
        break;
      case 'closed':
        settle(id);
        open.delete(id);
        break;
      case 'received':
      case 'answered':
        ledger.add({ method: traffic.routeKey }, messageUsage(traffic.bytes));
        break;
      case 'posted':
        ledger.add(caller(traffic.trace) ?? { method: '(untraced)' }, messageUsage(traffic.bytes));
        break;
    }
  };

  const onWritten = ({ source, line, requestId = '' }: Line) => {
    if (source === 'gateway') ledger.add({ method: '(access log)' }, logUsage(line));
    if (source !== 'stdout' && source !== 'stderr') return;
    ledger.add(running.get(requestId)?.account ?? { method: '(no invocation)' }, logUsage(line));
  };

  const stops = [
    onLine(onWritten),
    lambda.onActivity(onActivity),
    gateway.onTraffic(onTraffic),
    aws.onCall((call) => {
      if (call.function === undefined) return;
      ledger.count(`${call.service} ${call.operation}`);
      ledger.carry('aws', call.bytes + call.answered);
      ledger.add(caller(call.trace) ?? { method: '(untraced)', function: call.function }, callUsage(call));
    }),
  ];

  const snapshot = (): Reading => {
    for (const id of open.keys()) settle(id);
    return ledger.read();
  };
  return {
    snapshot,
    since: (earlier) => between(earlier, snapshot()),
    [Symbol.dispose]: () => stops.forEach((stop) => stop()),
  };
};

const rootOf = (trace: string): string => /Root=([^;]+)/.exec(trace)?.[1] ?? trace;
