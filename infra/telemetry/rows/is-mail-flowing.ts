import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Metrics } from '../metrics.ts';
import { graph } from './graph.ts';

/** Whether what is sent is accepted, reaches who is connected, and wakes who is not. */
export const isMailFlowing = (metrics: Metrics): IWidget[] => {
  const latency = (name: 'AcceptLatency' | 'AckLatency') =>
    (['p50', 'p95', 'p99'] as const).map((share) => metrics.ours(name, share).with({ label: share }));
  return [
    graph({
      title: 'Messages accepted',
      unit: 'per minute',
      left: [metrics.counted('accepted', metrics.ours('Accepted', 'Sum'), 'accepted')],
    }),
    graph({ title: 'From the call to accepted', unit: 'ms', left: latency('AcceptLatency') }),
    graph({ title: 'From stored to acknowledged', unit: 'ms', left: latency('AckLatency') }),
    graph({
      title: 'Devices to be woken',
      unit: 'per minute',
      left: (['sent', 'failed', 'suppressed'] as const).map((outcome) =>
        metrics.counted(outcome, metrics.oursBy('Wakeups', outcome), outcome),
      ),
    }),
  ];
};
