import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { namespace } from '../../../functions/shared/telemetry/metrics.ts';
import { functionThrottles, tableThrottles } from '../formulas.ts';
import type { Metrics } from '../metrics.ts';
import { graph } from './graph.ts';

/** There are more names than a legend has room for: it shows those that occur. */
const errorsByCode = ({ stage, formula }: Metrics) =>
  formula(
    `SEARCH('{${namespace},Stage,Code} MetricName="Errors" Stage="${stage}"', 'Sum', 60)`,
    {},
    `\${PROP('Dim.Code')}`,
  );

/** Mail that stays, calls that are refused, limits that are met, work that was given up. */
export const whatHurts = (metrics: Metrics): IWidget[] => [
  graph({
    title: 'Oldest mail past its deadline',
    unit: 's',
    left: [metrics.formula('age / 1000', { age: metrics.ours('UndeliveredAge', 'Maximum') }, 'oldest')],
  }),
  graph({ title: 'Calls refused, by error', unit: 'per minute', left: [errorsByCode(metrics)] }),
  graph({
    title: 'Throttled',
    unit: 'per minute',
    left: [
      tableThrottles(metrics),
      functionThrottles(metrics),
      metrics.counted('limited', metrics.oursBy('Errors', 'rate_limited'), 'calls over a quota'),
    ],
  }),
  graph({
    title: 'Dead letters',
    unit: 'messages',
    left: (['wakeups', 'deadlines', 'closing', 'releases'] as const).map((queue) =>
      metrics.counted(queue, metrics.deadLetters(queue), queue),
    ),
  }),
];
