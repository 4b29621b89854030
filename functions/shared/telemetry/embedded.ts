import { type MetricName, metrics, namespace } from './metrics.ts';

/** One metric of an invocation; `value` is that of its dimension, where it has one. */
export type Measured = { metric: MetricName; value?: string | undefined; amounts: readonly number[] };

/** What CloudWatch takes of one metric in one line. */
const most = 100;

const dimensionOf = ({ metric }: Measured): string | undefined => {
  const definition = metrics[metric];
  return 'by' in definition ? definition.by.dimension : undefined;
};

/** Whether one line can hold both: a line has one value for each dimension. */
const areCompatible = (one: Measured, other: Measured): boolean =>
  dimensionOf(one) !== dimensionOf(other) || one.value === other.value;

const membersOf = (measured: Measured): [string, unknown][] => {
  const { metric, value, amounts } = measured;
  const dimension = dimensionOf(measured);
  const amount = amounts.length === 1 ? amounts[0] : amounts.slice(0, most);
  return dimension === undefined
    ? [[metric, amount]]
    : [
        [dimension, value],
        [metric, amount],
      ];
};

const lineOf = (all: readonly Measured[], { stage, at }: { stage: string; at: number }): object => {
  // Metrics of the same dimensions share a directive: it is most of a line.
  const directives = [...Map.groupBy(all, dimensionOf)].map(([dimension, measured]) => ({
    Namespace: namespace,
    Dimensions: [dimension === undefined ? ['Stage'] : ['Stage', dimension]],
    Metrics: measured.map(({ metric }) => ({ Name: metric, Unit: metrics[metric].unit })),
  }));
  return {
    _aws: { Timestamp: at, CloudWatchMetrics: directives },
    Stage: stage,
    ...Object.fromEntries(all.flatMap(membersOf)),
  };
};

/**
 * Metrics as CloudWatch finds them in a log: in one object, and in one more for each further value of a dimension.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const embedded = (measured: readonly Measured[], about: { stage: string; at: number }): object[] => {
  const lines: Measured[][] = [];
  for (const one of measured) {
    const line = lines.find((others) => others.every((other) => areCompatible(one, other)));
    if (line === undefined) lines.push([one]);
    else line.push(one);
  }
  return lines.map((line) => lineOf(line, about));
};
