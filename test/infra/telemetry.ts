import * as z from 'zod';
import { metrics, namespace } from '../../functions/shared/telemetry/metrics.ts';
import { awsMetrics } from '../../local/metrics/index.ts';
import { readDashboardBody, type Widget } from '../../local/metrics/dashboard-body.ts';
import { readFormula } from '../../local/metrics/metric-math.ts';
import { resourcesOf } from './template.ts';

/** A metric that a widget or an alarm names. */
export type Named = { namespace: string; name: string; dimensions: Record<string, string> };

const Board = z.object({ DashboardName: z.string(), DashboardBody: z.string() });

/** The dashboard of a template, its references as in resourcesOf. */
export const dashboardOf = (template: unknown): { name: string; widgets: Widget[] } => {
  const [resource] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
  const { DashboardName: name, DashboardBody: body } = Board.parse(resource?.properties);
  return { name, widgets: readDashboardBody(body) };
};

export const graphsOf = (widgets: readonly Widget[]) =>
  widgets.flatMap((widget) => (widget.kind === 'graph' ? [widget] : []));

const Dimensions = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);
const Plain = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions });
const Query = z.object({
  Id: z.string(),
  ReturnData: z.boolean().default(true),
  Expression: z.string().optional(),
  MetricStat: z.object({ Metric: Plain, Period: z.number(), Stat: z.string() }).optional(),
});
const Alarm = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  Metrics: z.array(Query).optional(),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number(),
  TreatMissingData: z.string(),
  ComparisonOperator: z.string(),
  AlarmActions: z.array(z.string()),
  OKActions: z.array(z.string()),
});

const toNamed = ({ Namespace, MetricName, Dimensions }: z.infer<typeof Plain>): Named => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
});

/** The alarms of a template, by name. */
export const alarmsOf = (template: unknown) =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => {
    const alarm = Alarm.parse(properties);
    const plain = Plain.safeParse(alarm).data;
    const queried = (alarm.Metrics ?? []).flatMap(({ MetricStat }) =>
      MetricStat === undefined ? [] : [toNamed(MetricStat.Metric)],
    );
    return { ...alarm, named: plain === undefined ? queried : [toNamed(plain)] };
  });

/** What an alarm on a formula looks at when its metrics are these, by their names in the formula; others have no data. */
export const valueOf = (alarm: ReturnType<typeof alarmsOf>[number], given: Record<string, number>): number => {
  const queries = alarm.Metrics ?? [];
  const evaluate = (id: string): number => {
    const query = queries.find(({ Id }) => Id === id);
    if (query === undefined) throw new Error(`The formula of ${alarm.AlarmName} names ${id}, which it lacks.`);
    if (query.Expression === undefined) return given[id] ?? Number.NaN;
    const { terms, evaluate: compute } = readFormula(query.Expression);
    const period = Math.max(...queries.map(({ MetricStat }) => MetricStat?.Period ?? 0));
    return compute(Object.fromEntries(terms.map((term) => [term, evaluate(term)])), period);
  };
  return evaluate(queries.find(({ ReturnData }) => ReturnData)?.Id ?? '');
};

type Definition = { unit: string; by?: { dimension: string; values: readonly string[] } };

const ours = new Map<string, Definition>(Object.entries(metrics));
const ofAws = new Map<string, readonly string[]>(Object.entries(awsMetrics));

/** What is wrong with how a metric is named: there is none like it that a function emits, or that AWS counts. */
export const wrongWith = ({ namespace: of, name, dimensions }: Named): string | undefined => {
  const shown = `${of} ${name} ${JSON.stringify(dimensions)}`;
  if (of !== namespace) return ofAws.get(of)?.includes(name) === true ? undefined : `${shown}: not counted by local/`;
  const metric = ours.get(name);
  if (metric === undefined) return `${shown}: not in the table`;
  const { Stage, ...others } = dimensions;
  if (Stage === undefined) return `${shown}: without a stage`;
  const expected = metric.by === undefined ? [] : [metric.by.dimension];
  if (Object.keys(others).join() !== expected.join()) return `${shown}: by other dimensions`;
  const value = metric.by === undefined ? undefined : others[metric.by.dimension];
  if (value !== undefined && metric.by?.values.includes(value) !== true) return `${shown}: not one of its values`;
  return undefined;
};
