import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { failureShare } from '../formulas.ts';
import type { Metrics } from '../metrics.ts';
import { graph } from './graph.ts';

/** Whether devices come in, computers get linked, and calls are answered. */
export const isItUp = (metrics: Metrics): IWidget[] => [
  graph({
    title: 'Connections',
    unit: 'per minute',
    left: [
      metrics.counted('opened', metrics.ours('Connects', 'Sum'), 'opened'),
      metrics.counted('ended', metrics.ours('Disconnects', 'Sum'), 'ended'),
      metrics.counted('refused', metrics.ours('Denials', 'Sum'), 'refused'),
    ],
  }),
  graph({
    title: 'Pairings',
    unit: 'per minute',
    left: (['opened', 'linked', 'denied', 'cancelled', 'expired'] as const).map((outcome) =>
      metrics.counted(outcome, metrics.oursBy('Pairings', outcome), outcome),
    ),
  }),
  graph({ title: 'Frames that failed by our fault', unit: '% of frames', left: [failureShare(metrics)] }),
  graph({
    title: 'Cold starts',
    unit: 'ms to the first invocation',
    left: (['p50', 'p95'] as const).map((share) => metrics.ours('ColdStart', share).with({ label: share })),
    right: {
      unit: 'per minute',
      metrics: [metrics.counted('starts', metrics.ours('ColdStart', 'SampleCount'), 'cold starts')],
    },
  }),
];
