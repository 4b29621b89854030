import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { costPerDay } from './cost.ts';
import {
  deadLetters,
  denialShare,
  failureShare,
  functionThrottles,
  tableThrottles,
  wakeFailureShare,
} from './formulas.ts';
import { metricsOf } from './metrics.ts';
import type { Observed } from './observed.ts';

/** One alarm: it goes off when its metric reaches the threshold in `points` of the last `of` periods. */
export type AlarmSpec = {
  /** Whether somebody is woken, or finds it in the morning: mail that does not arrive now is worth the former. */
  severity: 'page' | 'ticket';
  /** One sentence for whoever is told. */
  says: string;
  metric: IMetric;
  threshold: number;
  points: number;
  of: number;
};

/** All alarms, by the section of docs/runbook.md that says what to do, whose saved query has the same name. */
export const alarmSpecs = (observed: Observed, { costPerDay: budget }: { costPerDay: number }) => {
  const metrics = metricsOf(observed);
  return {
    'slow-acknowledgements': {
      severity: 'page',
      says: 'One in a hundred messages to connected devices takes 5 seconds or more to be acknowledged.',
      metric: metrics.ours('AckLatency', 'p99'),
      threshold: 5000,
      points: 4,
      of: 5,
    },
    'undelivered-mail': {
      // Deadlines look after half a minute and, once they have delivered again, after a whole one. Then they give up.
      severity: 'page',
      says: 'Mail for a connected device is 3 minutes old: deadlines come late, or help nobody.',
      metric: metrics.ours('UndeliveredAge', 'Maximum'),
      threshold: 180_000,
      points: 3,
      of: 5,
    },
    'failing-calls': {
      severity: 'page',
      says: 'Of a hundred frames one or more fail by our fault.',
      metric: failureShare(metrics, { least: 10 }),
      threshold: 1,
      points: 3,
      of: 5,
    },
    'refused-connections': {
      severity: 'page',
      says: 'More connections are refused than opened.',
      metric: denialShare(metrics, { least: 20 }),
      threshold: 50,
      points: 5,
      of: 5,
    },
    'throttled-functions': {
      severity: 'page',
      says: 'Lambda refuses calls of clients because too many are running.',
      metric: functionThrottles(metrics),
      threshold: 1,
      points: 3,
      of: 5,
    },
    'throttled-tables': {
      // The AWS SDK tries again, and a table that grows settles by itself.
      severity: 'ticket',
      says: 'DynamoDB refuses requests because they are too many.',
      metric: tableThrottles(metrics),
      threshold: 10,
      points: 10,
      of: 15,
    },
    'failing-wake-ups': {
      severity: 'ticket',
      says: 'One in five sleeping devices cannot be woken.',
      metric: wakeFailureShare(metricsOf(observed, Duration.minutes(5)), { least: 20 }),
      threshold: 20,
      points: 3,
      of: 3,
    },
    'dead-letters': {
      severity: 'ticket',
      says: 'Work was given up after several attempts; it is kept for two weeks.',
      metric: deadLetters(metrics),
      threshold: 1,
      points: 1,
      of: 1,
    },
    cost: {
      severity: 'ticket',
      says: `At the rate of the last hours a day costs ${budget} USD or more.`,
      metric: costPerDay(metricsOf(observed, Duration.hours(1))),
      threshold: budget,
      points: 3,
      of: 3,
    },
  } satisfies Record<string, AlarmSpec>;
};

export type AlarmName = keyof ReturnType<typeof alarmSpecs>;
