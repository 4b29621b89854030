import { openMetricStore } from '../../../local/metrics/metric-store.ts';
import type { Entry, Widget } from '../../../local/metrics/dashboard-body.ts';

export const of = (name: string, dimensions: Record<string, string> = { Stage: 'dev' }) => ({
  namespace: 'Shop',
  name,
  dimensions,
});

/** One of a closed list of errors. */
export const errorsOf = (Code: string, Stage = 'dev') => of('Errors', { Stage, Code });

/** A store with the values of some metrics, each at a time in seconds. */
export const storeOf = (...taken: [metric: ReturnType<typeof of>, at: number, ...values: number[]][]) => {
  const store = openMetricStore();
  for (const [metric, at, ...values] of taken) store.add(metric, at * 1000, ...values);
  return store;
};

const entry = { id: undefined, label: undefined, visible: true, yAxis: 'left', period: 60 } as const;

/** A metric of a graph, its sum over a minute. */
export const metric = (name: string, others: Partial<Entry> & { stat?: string } = {}): Entry => ({
  ...entry,
  ...of(name),
  stat: 'Sum',
  ...others,
});

export const expression = (text: string, others: Partial<Entry> = {}): Entry => ({
  ...entry,
  ...others,
  expression: text,
});

export const graph = (...entries: Entry[]): Widget => ({
  kind: 'graph',
  title: 'A graph',
  stacked: false,
  x: 0,
  y: 0,
  width: 6,
  height: 6,
  axes: { left: { label: 'per minute', min: 0 }, right: undefined },
  entries,
});
