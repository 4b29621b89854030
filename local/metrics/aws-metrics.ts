import * as z from 'zod/mini';
import type { AwsCall } from '../aws/index.ts';
import type { Cloud } from '../cloud.ts';
import { logGroupsOf } from './log-groups.ts';
import type { MetricStore } from './metric-store.ts';
import { countTable } from './table-metrics.ts';

/** What AWS would count by itself, of which the local cloud counts as much as its dashboards name. */
export const awsMetrics = {
  'AWS/ApiGateway': ['MessageCount'],
  'AWS/Lambda': ['Invocations', 'Duration', 'Errors', 'Throttles'],
  'AWS/DynamoDB': [
    'ConsumedReadCapacityUnits',
    'ConsumedWriteCapacityUnits',
    'ReadThrottleEvents',
    'WriteThrottleEvents',
  ],
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible'],
  'AWS/SNS': ['NumberOfMessagesPublished'],
  'AWS/Logs': ['IncomingBytes'],
} as const;

type Namespace = keyof typeof awsMetrics;
export type Count = <N extends Namespace>(
  metric: { namespace: N; name: (typeof awsMetrics)[N][number]; dimensions: Record<string, string> },
  value: number,
) => void;

/** Milliseconds between two looks at what is not told of: how full queues are, and whom Lambda refused. */
const interval = 5000;

/** Counts into the store from now on, as AWS would, until it is disposed of. */
export const countAws = (cloud: Cloud, store: MetricStore): Disposable => {
  const count: Count = (metric, value) => store.add(metric, cloud.clock.now(), value);
  const groups = logGroupsOf(cloud.template);
  const api = [...cloud.template.resources.values()].find(({ type }) => type === 'AWS::ApiGatewayV2::Api')?.id ?? '';
  const look = lookAt(cloud, count);
  const timer = setInterval(look, interval).unref();

  const stops = [
    cloud.gateway.onTraffic(({ kind, connection }) => {
      if (kind === 'opened' || kind === 'closed') return;
      const dimensions = { ApiId: api, Stage: connection.stage.name };
      count({ namespace: 'AWS/ApiGateway', name: 'MessageCount', dimensions }, 1);
    }),
    cloud.lambda.onActivity((activity) => {
      if (activity.kind === 'started') return;
      const about = { namespace: 'AWS/Lambda', dimensions: { FunctionName: activity.function } } as const;
      count({ ...about, name: 'Invocations' }, 1);
      count({ ...about, name: 'Duration' }, activity.duration);
      count({ ...about, name: 'Errors' }, 'error' in activity.result ? 1 : 0);
    }),
    cloud.aws.onCall((call) => {
      // The operator is who looks on.
      if (call.function === undefined) return;
      if (call.service === 'dynamodb') countTable(call, count);
      if (call.service === 'sns') countTopic(call, count);
    }),
    cloud.onLine((line) => {
      const group = 'function' in line ? groups.functions.get(line.function) : groups.accessLog;
      if (group === undefined || !['stdout', 'stderr', 'gateway'].includes(line.source)) return;
      const dimensions = { LogGroupName: group };
      count({ namespace: 'AWS/Logs', name: 'IncomingBytes', dimensions }, Buffer.byteLength(line.line));
    }),
    () => clearInterval(timer),
  ];
  return { [Symbol.dispose]: () => stops.forEach((stop) => stop()) };
};

const lookAt = ({ aws, lambda }: Cloud, count: Count) => {
  const refused = new Map<string, number>();
  return (): void => {
    for (const queue of aws.queues.all) {
      const dimensions = { QueueName: queue.config.name };
      count({ namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions }, queue.count().visible);
    }
    for (const [FunctionName, { throttles }] of lambda.functions) {
      const dimensions = { FunctionName };
      count({ namespace: 'AWS/Lambda', name: 'Throttles', dimensions }, throttles - (refused.get(FunctionName) ?? 0));
      refused.set(FunctionName, throttles);
    }
  };
};

const OfTopic = z.object({ TopicArn: z.string() });

const countTopic = ({ operation, input, status }: AwsCall, count: Count): void => {
  const topic = z.safeParse(OfTopic, input).data?.TopicArn;
  if (topic === undefined || operation !== 'Publish' || status >= 400) return;
  const dimensions = { TopicName: topic.slice(topic.lastIndexOf(':') + 1) };
  count({ namespace: 'AWS/SNS', name: 'NumberOfMessagesPublished', dimensions }, 1);
};
