import * as z from 'zod/mini';

const Axis = z.object({ label: z._default(z.string(), ''), min: z.optional(z.number()) });
const Options = z.object({
  id: z.optional(z.string()),
  label: z.optional(z.string()),
  expression: z.optional(z.string()),
  stat: z.optional(z.string()),
  period: z.optional(z.number()),
  visible: z._default(z.boolean(), true),
  yAxis: z._default(z.enum(['left', 'right']), 'left'),
});
type Options = z.infer<typeof Options>;

const place = { x: z.int(), y: z.int(), width: z.int(), height: z.int() };
const TextWidget = z.object({ ...place, type: z.literal('text'), properties: z.object({ markdown: z.string() }) });
const MetricWidget = z.object({
  ...place,
  type: z.literal('metric'),
  properties: z.object({
    title: z.string(),
    view: z.literal('timeSeries'),
    stacked: z._default(z.boolean(), false),
    stat: z._default(z.string(), 'Average'),
    period: z._default(z.number(), 300),
    metrics: z.array(z.array(z.union([z.string(), Options]))),
    yAxis: z.object({ left: Axis, right: z.optional(Axis) }),
  }),
});
const Body = z.object({ widgets: z.array(z.discriminatedUnion('type', [TextWidget, MetricWidget])) });

/** A line of a graph, or what one is computed from: a metric or an expression; `period` in seconds. */
export type Entry = Pick<Options, 'id' | 'label' | 'visible' | 'yAxis'> &
  ({ expression: string } | { namespace: string; name: string; dimensions: Record<string, string>; stat: string }) & {
    period: number;
  };

type Place = { x: number; y: number; width: number; height: number };
export type Widget =
  | (Place & { kind: 'text'; markdown: string })
  | (Place & {
      kind: 'graph';
      title: string;
      stacked: boolean;
      axes: { left: z.infer<typeof Axis>; right: z.infer<typeof Axis> | undefined };
      entries: Entry[];
    });

/**
 * The widgets of a dashboard, as far as ours has them: texts, and graphs over time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 * Throws when there is another.
 */
export const readDashboardBody = (body: string): Widget[] => {
  const parsed = z.safeParse(Body, JSON.parse(body));
  if (!parsed.success) throw new Error(`The dashboard cannot be drawn here: ${z.prettifyError(parsed.error)}`);
  return parsed.data.widgets.map(({ type, x, y, width, height, properties }) => {
    if (type === 'text') return { kind: 'text', x, y, width, height, markdown: properties.markdown };
    const { title, stacked, yAxis, metrics, stat, period } = properties;
    const entries = metrics.map((metric) => readEntry(metric, { stat, period }));
    const axes = { left: yAxis.left, right: yAxis.right };
    return { kind: 'graph', x, y, width, height, title, stacked, axes, entries };
  });
};

/** `[namespace, name, dimension, value, …, options]`, or `[{ expression, … }]`. */
const readEntry = (metric: readonly (string | Options)[], defaults: { stat: string; period: number }): Entry => {
  const names = metric.filter((part) => typeof part === 'string');
  const options = metric.find((part) => typeof part !== 'string') ?? Options.parse({});
  const { id, label, visible, yAxis, expression, stat = defaults.stat, period = defaults.period } = options;
  const entry = { id, label, visible, yAxis, period };
  if (expression !== undefined) return { ...entry, expression };
  const [namespace = '', name = '', ...rest] = names;
  const pairs = rest.flatMap((dimension, i) => (i % 2 === 0 ? [[dimension, rest[i + 1] ?? ''] as const] : []));
  return { ...entry, namespace, name, dimensions: Object.fromEntries(pairs), stat };
};
