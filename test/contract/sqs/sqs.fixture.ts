import { EventEmitter, once } from 'node:events';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsOptions } from '../../../local/aws/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { type MovableClock, standingClock } from '../../../local/movable-clock.ts';
import { makeTemplate, startTestAws, type TestAws } from '../aws/aws.fixture.ts';

export const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** A queue as the CDK writes it. */
export const makeQueue = (name: string, properties: Record<string, unknown> = {}): Resource => ({
  id: name,
  type: 'AWS::SQS::Queue',
  properties: { QueueName: name, ...properties },
});

/** The policy of a queue. */
export const makeQueuePolicy = (queue: string, ...statements: unknown[]): Resource => ({
  id: `${queue}Policy`,
  type: 'AWS::SQS::QueuePolicy',
  properties: {
    Queues: [`http://127.0.0.1:4467/000000000000/${queue}`],
    PolicyDocument: { Version: '2012-10-17', Statement: statements },
  },
});

export const redriveTo = (name: string, maxReceiveCount: number) => ({
  RedrivePolicy: { deadLetterTargetArn: queueArn(name), maxReceiveCount },
});

export type TestQueues = TestAws & {
  clock: MovableClock;
  /** Resolves once something waits for so many milliseconds. */
  armed: (delay: number) => Promise<void>;
  /** An SQS client with the credentials of a function, or the operator's. */
  sqs: (functionId?: string) => SQSClient;
  queueUrl: (name: string) => string;
};

export const started = Date.UTC(2026, 0, 2, 3, 4, 5);

/** The queues, with what other resources come along, behind a clock that only the test moves. */
export const startQueues = async (resources: Resource[], options: Partial<AwsOptions> = {}): Promise<TestQueues> => {
  const standing = standingClock(started);
  const waits = new EventEmitter();
  const clock: MovableClock = {
    ...standing,
    after: (delay, callback) => {
      const cancel = standing.after(delay, callback);
      waits.emit(String(delay));
      return cancel;
    },
  };
  const aws = await startTestAws(makeTemplate(...resources), { clock, ...options });
  const clients: SQSClient[] = [];
  return {
    ...aws,
    clock,
    armed: async (delay) => void (await once(waits, String(delay))),
    sqs: (functionId) => {
      const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
      const client = new SQSClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    queueUrl: (name) => `${aws.url}/000000000000/${name}`,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};
