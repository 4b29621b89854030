import type { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { apiFunctions, type Metrics } from './metrics.ts';

/** Shares are of so many at least: one failure of two says nothing. */
type Least = { least: number };

const always: Least = { least: 0 };

/** Where fewer than `least` went wrong, the share is 0. */
const share = (wrong: string, all: string, { least }: Least): string => {
  const percent = `100 * ${wrong} / (${all})`;
  return least === 0 ? percent : `IF(${wrong} >= ${least}, ${percent}, 0)`;
};

/**
 * How many percent of the frames failed for a reason of ours: answered as `internal`, or lost by a function that crashed
 * or ran out of time. Failures are among the whole, so that it is 100 where nobody even gets as far as to send a frame.
 */
export const failureShare = (metrics: Metrics, least = always): MathExpression => {
  const failed = metrics.sumOf({
    internal: metrics.oursBy('Errors', 'internal'),
    ...Object.fromEntries(apiFunctions.map((name) => [name, metrics.lambda('Errors', name)])),
  });
  const whole = 'FILL(frames, 0) + failed';
  return metrics.formula(share('failed', whole, least), { failed, frames: metrics.frames }, 'failed');
};

/** How many percent of those that wanted to connect the authorizer refused. */
export const denialShare = ({ formula, ours }: Metrics, least = always): MathExpression =>
  formula(share('FILL(denied, 0)', 'FILL(opened, 0) + FILL(denied, 0)', least), {
    denied: ours('Denials', 'Sum'),
    opened: ours('Connects', 'Sum'),
  });

/** How many percent of the devices that were to be woken could not be reached. */
export const wakeFailureShare = ({ formula, oursBy }: Metrics, least = always): MathExpression =>
  formula(share('FILL(failed, 0)', 'FILL(sent, 0) + FILL(failed, 0)', least), {
    failed: oursBy('Wakeups', 'failed'),
    sent: oursBy('Wakeups', 'sent'),
  });

/** Requests that DynamoDB refused because they were too many. */
export const tableThrottles = ({ sumOf, table }: Metrics): MathExpression =>
  sumOf(
    {
      directoryReads: table('ReadThrottleEvents', 'directory'),
      directoryWrites: table('WriteThrottleEvents', 'directory'),
      mailboxReads: table('ReadThrottleEvents', 'mailboxes'),
      mailboxWrites: table('WriteThrottleEvents', 'mailboxes'),
    },
    'DynamoDB requests',
  );

/** Invocations for a client that Lambda refused because too many were running. Those for queues come again. */
export const functionThrottles = ({ sumOf, lambda }: Metrics): MathExpression =>
  sumOf(Object.fromEntries(apiFunctions.map((name) => [name, lambda('Throttles', name)])), 'Lambda invocations');

/** What lies in all dead letters together. */
export const deadLetters = (metrics: Metrics): MathExpression =>
  metrics.sumOf({
    closing: metrics.deadLetters('closing'),
    deadlines: metrics.deadLetters('deadlines'),
    releases: metrics.deadLetters('releases'),
    wakeups: metrics.deadLetters('wakeups'),
  });
