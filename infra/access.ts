import { Aws, Fn } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { envNames } from '../functions/shared/env-names.ts';
import { admissionPolicy, type Config, quotasOf } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import type { BundledFunction } from './function.ts';
import type { EnvName, FunctionSpec } from './functions.ts';
import type { Push } from './push.ts';
import type { Schedules } from './schedules.ts';
import { secretArn } from './secret-arn.ts';
import type { Storage } from './storage.ts';
import type { Wakeups } from './wakeups.ts';
import type { WorkQueue } from './work-queue.ts';

/** What there is to reach. */
type Resources = {
  storage: Storage;
  endpoint: Endpoint;
  queues: { closing: WorkQueue; deadlines: WorkQueue; releases: WorkQueue };
  wakeups: Wakeups;
  push: Push;
  schedules: Schedules;
  config: Config;
};

/** What every function behind the API or a queue is told, for its telemetry. */
const toAll = ['stage', 'logSalt'] as const satisfies readonly EnvName[];

/** Allows the function what its spec says, and tells it the settings that its spec asks for. */
export const provide = (lambda: BundledFunction, spec: FunctionSpec, resources: Resources): void => {
  const { storage, endpoint, queues, wakeups, push, schedules, config } = resources;
  const allow = (actions: readonly string[], table: { tableArn: string }) =>
    lambda.addToRolePolicy(
      new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [table.tableArn] }),
    );
  if (spec.directory !== undefined) allow(spec.directory, storage.directory);
  if (spec.mailboxes !== undefined) allow(spec.mailboxes, storage.mailboxes);
  for (const name of spec.queues ?? []) {
    const resources = [queues[name].queue.queueArn];
    lambda.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources }));
  }
  if (spec.wakes) {
    const resources = [wakeups.topic.topicArn];
    lambda.addToRolePolicy(new PolicyStatement({ actions: ['sns:Publish'], resources }));
  }
  if (spec.endpoints !== undefined) push.grantEndpoints(lambda, spec.endpoints);
  if (spec.vapidKey) push.grantVapidKey(lambda);
  if (spec.schedules) schedules.grant(lambda);
  if (spec.ticketSecret && config.ticketSecret !== undefined) {
    const resources = [secretArn(lambda, config.ticketSecret)];
    lambda.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
  }
  if (spec.connections !== undefined) endpoint.grantConnections(lambda, spec.connections);

  const values = settings(resources);
  for (const name of [...toAll, ...(spec.env ?? [])]) {
    const value = values[name];
    if (value !== undefined) lambda.addEnvironment(envNames[name], value);
  }
};

const settings = (resources: Resources): Record<EnvName, string | undefined> => {
  const { storage, endpoint, queues, wakeups, push, schedules, config } = resources;
  return {
    stage: config.stage,
    // The random part of the stack's id: whoever operates the stack finds it, and no other stack has the same.
    logSalt: Fn.select(2, Fn.split('/', Aws.STACK_ID)),
    directoryTable: storage.directory.tableName,
    mailboxesTable: storage.mailboxes.tableName,
    closingQueue: queues.closing.queue.queueUrl,
    deadlineQueue: queues.deadlines.queue.queueUrl,
    wakeupTopic: wakeups.topic.topicArn,
    releaseQueue: queues.releases.queue.queueUrl,
    endpoint: endpoint.url,
    host: config.host,
    minimumClient: config.minimumClient,
    quotas: JSON.stringify(quotasOf(config)),
    admission: JSON.stringify(admissionPolicy(config)),
    push: push.settings,
    schedules: schedules.settings,
  };
};
