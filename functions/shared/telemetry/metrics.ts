import { errorCodes } from '#protocol';

type Metric = {
  unit: 'Count' | 'Milliseconds';
  means: string;
  /** The one dimension besides the stage, and all the values that it takes. */
  by?: { dimension: string; values: readonly string[] };
};

/** The CloudWatch namespace of the metrics below; every one has the dimension `Stage`. */
export const namespace = 'Tandem';

/**
 * What the functions measure, each to answer a question of an operator's. Every metric and every value of a dimension
 * is billed by the month, so nothing is counted here that AWS counts by itself.
 */
export const metrics = {
  Connects: { unit: 'Count', means: 'connections opened, of devices and guests' },
  Disconnects: { unit: 'Count', means: 'connections that ended' },
  Denials: { unit: 'Count', means: 'connections refused for what they showed in place of a good token' },
  Accepted: { unit: 'Count', means: 'messages made durable for all of their devices' },
  AcceptLatency: { unit: 'Milliseconds', means: 'from the arrival of a relay.send to its answer' },
  AckLatency: {
    unit: 'Milliseconds',
    means: 'from storing an envelope to its acknowledgement, for devices that were connected all the while',
  },
  UndeliveredAge: {
    unit: 'Milliseconds',
    means: 'the age of the oldest envelope that a connected device has not acknowledged by the deadline',
  },
  Wakeups: {
    unit: 'Count',
    means: 'pushes that went out, that did not or were reported lost, and devices that needed none or cannot get one',
    by: { dimension: 'Outcome', values: ['sent', 'failed', 'suppressed'] },
  },
  Pairings: {
    unit: 'Count',
    means: 'pairings, by what became of them; an expired one when its computer hears of it',
    by: { dimension: 'Outcome', values: ['opened', 'linked', 'denied', 'cancelled', 'expired'] },
  },
  Errors: {
    unit: 'Count',
    means: 'calls and messages refused, by the name of the error; queued work that failed counts as internal',
    by: { dimension: 'Code', values: errorCodes },
  },
  ColdStart: { unit: 'Milliseconds', means: 'from the start of an environment’s process to its first invocation' },
} as const satisfies Record<string, Metric>;

type Metrics = typeof metrics;
export type MetricName = keyof Metrics;
/** Those that are measured in milliseconds, each value by itself. */
export type DurationName = { [M in MetricName]: Metrics[M]['unit'] extends 'Milliseconds' ? M : never }[MetricName];
/** Those that are counted by the values of a dimension. */
export type TallyName = { [M in MetricName]: Metrics[M] extends { by: object } ? M : never }[MetricName];
export type TallyValue<M extends TallyName> = Metrics[M]['by']['values'][number];
/** Those that are just counted. */
export type CountName = Exclude<MetricName, DurationName | TallyName>;
