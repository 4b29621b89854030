import { CreateScheduleCommand, type CreateScheduleCommandInput, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { AwsOptions } from '../../../local/aws/index.ts';
import type { Invocation } from '../../../local/lambda/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFunction } from '../aws/aws.fixture.ts';
import { makeQueue, queueArn, startQueues, type TestQueues } from '../sqs/sqs.fixture.ts';

const account = 'arn:aws:iam::000000000000';

export const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:Test-Waker';
export const roleArn = `${account}:role/wake`;
export const scheduleArn = (name: string, group = 'Wakeups') =>
  `arn:aws:scheduler:us-east-1:000000000000:schedule/${group}/${name}`;

const assumable = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'scheduler.amazonaws.com' } }],
};

/** The role that Scheduler acts with, and what it may do. */
export const makeWakeRole = (statements: unknown[], trust: unknown = assumable): Resource => ({
  id: 'WakeRole',
  type: 'AWS::IAM::Role',
  properties: {
    RoleName: 'wake',
    AssumeRolePolicyDocument: trust,
    Policies: [{ PolicyName: 'wake', PolicyDocument: { Statement: statements } }],
  },
});

const grants = [allow('lambda:InvokeFunction', functionArn), allow('sqs:SendMessage', queueArn('Jobs'))];

export type TestScheduler = TestQueues & {
  scheduler: (functionId?: string) => SchedulerClient;
  /** Creates a schedule, five minutes from the start without anything else said. */
  create: (input?: Partial<CreateScheduleCommandInput>, functionId?: string) => Promise<string | undefined>;
  /** The events that functions got, so far. */
  invoked: { arn: string; event: unknown }[];
};

type SchedulerOptions = Partial<AwsOptions> & {
  role?: Resource | undefined;
  functions?: Resource[];
  /** How an invocation ends. */
  ends?: () => Invocation;
};

/** A group `Wakeups`, a queue `Jobs`, a function `Waker`, and the role that may reach both. */
export const startScheduling = async (options: SchedulerOptions = {}): Promise<TestScheduler> => {
  const { role = makeWakeRole(grants), functions = [], ends = () => ({ payload: null }), ...others } = options;
  const invoked: { arn: string; event: unknown }[] = [];
  const group = { id: 'Wakeups', type: 'AWS::Scheduler::ScheduleGroup', properties: { Name: 'Wakeups' } };
  const resources = [group, makeQueue('Jobs'), role, ...makeFunction('Waker', []), ...functions];
  const invoke = (arn: string, event: unknown) => {
    invoked.push({ arn, event });
    return Promise.resolve(ends());
  };
  const aws = await startQueues(resources, { invoke, ...others });
  const clients: SchedulerClient[] = [];
  const scheduler = (functionId?: string) => {
    const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
    const client = new SchedulerClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    clients.push(client);
    return client;
  };
  return {
    ...aws,
    scheduler,
    invoked,
    create: async (input, functionId) =>
      (await scheduler(functionId).send(new CreateScheduleCommand({ ...wake, ...input }))).ScheduleArn,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};

/** Started is 03:04:05 of that day. */
export const wake: CreateScheduleCommandInput = {
  Name: 'alice.1',
  GroupName: 'Wakeups',
  ScheduleExpression: 'at(2026-01-02T03:09:05)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn, RoleArn: roleArn, Input: '{"device":"alice.1"}' },
  ActionAfterCompletion: 'DELETE',
};

export const toQueue = { Arn: queueArn('Jobs'), RoleArn: roleArn, Input: 'wake alice' };
