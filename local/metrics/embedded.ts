import * as z from 'zod/mini';
import type { MetricName } from './metric-store.ts';

/**
 * The part of a log line by which CloudWatch finds metrics in it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const Embedded = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});
/** At most so many of one metric in a line. */
const Values = z.union([z.number(), z.array(z.number()).check(z.maxLength(100))]);

export type Datum = { metric: MetricName; at: number; values: number[] };

/** The metrics in a line of a function's log; none in one that is no such document. */
export const embeddedMetrics = (line: string): Datum[] => {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return [];
  const document = z.safeParse(Embedded, parseJson(line)).data;
  if (document === undefined) return [];
  const { Timestamp: at, CloudWatchMetrics: directives } = document._aws;
  return directives.flatMap(({ Namespace: namespace, Dimensions: sets, Metrics: metrics }) =>
    sets.flatMap((names) =>
      metrics.flatMap(({ Name: name }) => {
        const values = z.safeParse(Values, document[name]).data;
        const dimensions = z.safeParse(z.record(z.string(), z.string()), pick(document, names)).data;
        return values === undefined || dimensions === undefined
          ? []
          : [{ metric: { namespace, name, dimensions }, at, values: [values].flat() }];
      }),
    ),
  );
};

const pick = (document: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, document[name]]));

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
