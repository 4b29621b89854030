import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metrics as measured, namespace } from '../../functions/shared/telemetry/metrics.ts';
import { type ApiFunctionName, functionOf, functions, type QueueFunctionName } from '../functions.ts';
import type { Observed } from './observed.ts';

type FunctionName = ApiFunctionName | QueueFunctionName;
type Split = { [M in MetricName]: (typeof measured)[M] extends { by: unknown } ? M : never }[MetricName];
type ValueOf<M extends Split> = (typeof measured)[M]['by']['values'][number];
type Statistic = 'Sum' | 'Maximum' | 'SampleCount' | 'p50' | 'p95' | 'p99';

type Terms = Readonly<Record<string, IMetric>>;

/** CloudWatch keeps nothing finer of what AWS counts. */
const minute = Duration.minutes(1);

/**
 * The metrics of one deployment: what its functions measure, and what AWS counts for its parts; and formulas over them.
 * All by the minute, or by another period.
 */
export const metricsOf = (observed: Observed, period = minute) => {
  const { stage, api, accessLog, tables, functions: lambdas, queues, wakeups } = observed;
  const metric = (namespace: string, metricName: string, dimensionsMap: Record<string, string>) => (stat: Statistic) =>
    new Metric({ namespace, metricName, dimensionsMap, statistic: stat, period });
  const ofTable = (name: string, table: keyof typeof tables) =>
    metric('AWS/DynamoDB', name, { TableName: tables[table].tableName })('Sum');
  const ofLog = (logGroupName: string) => metric('AWS/Logs', 'IncomingBytes', { LogGroupName: logGroupName })('Sum');
  const formula = (expression: string, usingMetrics: Terms, label?: string) =>
    new MathExpression({ expression, usingMetrics, period, ...(label !== undefined && { label }) });

  return {
    stage,
    /** A metric of the functions of this stage. */
    ours: (name: Exclude<MetricName, Split>, statistic: Statistic) =>
      metric(namespace, name, { Stage: stage })(statistic),
    /** How many of one value of a metric's own dimension. */
    oursBy: <M extends Split>(name: M, value: ValueOf<M>) =>
      metric(namespace, name, { Stage: stage, [measured[name].by.dimension]: value })('Sum'),
    /** Frames in either direction, as they are billed. */
    frames: metric('AWS/ApiGateway', 'MessageCount', { ApiId: api.apiId, Stage: stage })('Sum'),
    lambda: (name: 'Invocations' | 'Errors' | 'Throttles' | 'Duration', of: FunctionName) =>
      metric('AWS/Lambda', name, { FunctionName: lambdas[of].functionName })('Sum'),
    table: ofTable,
    deadLetters: (of: keyof typeof queues) =>
      metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: queues[of].deadLetters.queueName })(
        'Maximum',
      ),
    notices: metric('AWS/SNS', 'NumberOfMessagesPublished', { TopicName: wakeups.topicName })('Sum'),
    accessLogBytes: ofLog(accessLog.logGroupName),
    logBytes: (of: FunctionName) => ofLog(lambdas[of].logGroup.logGroupName),

    /** A formula over metrics, by their names in it. */
    formula,
    /** A count that is 0 where nothing was counted, so that its line goes on. */
    counted: (name: string, metric: IMetric, label: string) => formula(`FILL(${name}, 0)`, { [name]: metric }, label),
    /** What several counts add up to, those without data as 0. */
    sumOf: (terms: Terms, label?: string) =>
      formula(
        `SUM([${Object.keys(terms)
          .map((name) => `FILL(${name}, 0)`)
          .join(', ')}])`,
        terms,
        label,
      ),
  };
};
export type Metrics = ReturnType<typeof metricsOf>;

/** The functions that answer a client, which waits for them. */
export const apiFunctions: readonly ApiFunctionName[] = [
  'authorize',
  'connection',
  ...new Set<ApiFunctionName>(Object.values(functionOf)),
];

/** Gigabytes of memory. */
export const gigabytesOf = (name: FunctionName): number => functions[name].memory / 1024;
