import type { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { BundledFunction } from '../function.ts';
import type { ApiFunctionName, QueueFunctionName } from '../functions.ts';
import type { WorkQueue } from '../work-queue.ts';
import type { Table } from '../storage.ts';

/** The parts of a deployment that an operator looks at. */
export type Observed = {
  stage: string;
  api: WebSocketApi;
  /** One line a frame. */
  accessLog: ILogGroup;
  tables: { directory: Table; mailboxes: Table };
  functions: Readonly<Record<ApiFunctionName | QueueFunctionName, BundledFunction>>;
  queues: Readonly<Record<'closing' | 'deadlines' | 'releases' | 'wakeups', WorkQueue>>;
  /** Where it is said that devices are to be woken. */
  wakeups: Topic;
};
