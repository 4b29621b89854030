import { EventEmitter, on } from 'node:events';
import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod/mini';
import type { AwsOptions } from '../../../local/aws/index.ts';
import type { Invocation } from '../../../local/lambda/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { makeTemplate, startTestAws, type TestAws } from '../aws/aws.fixture.ts';
import { makeQueue, makeQueuePolicy, queueArn } from '../sqs/sqs.fixture.ts';

const account = 'us-east-1:000000000000';
export const topicArn = (name: string) => `arn:aws:sns:${account}:${name}`;
export const functionArn = (name: string) => `arn:aws:lambda:${account}:function:${name}`;

export const makeTopic = (name: string, properties: Record<string, unknown> = {}): Resource => ({
  id: name,
  type: 'AWS::SNS::Topic',
  properties: { TopicName: name, ...properties },
});

/** A subscription of the topic `Alerts`. */
export const makeSubscription = (id: string, properties: Record<string, unknown>): Resource => ({
  id,
  type: 'AWS::SNS::Subscription',
  properties: { TopicArn: topicArn('Alerts'), ...properties },
});

/** A queue that SNS may send to for the topic `Alerts`, as the CDK allows it. */
export const makeOpenQueue = (name: string): Resource[] => [
  makeQueue(name),
  makeQueuePolicy(name, {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn(name),
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn('Alerts') } },
  }),
];

/** Lets SNS invoke a function for a topic. */
export const makePermission = (name: string, topic: string): Resource => ({
  id: `${name}Permission`,
  type: 'AWS::Lambda::Permission',
  properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionArn(name),
    Principal: 'sns.amazonaws.com',
    SourceArn: topicArn(topic),
  },
});

/** The part of a delivery to a function that tests look at first. */
const Delivery = z.object({ Records: z.tuple([z.object({ Sns: z.looseObject({ Message: z.string() }) })]) });

export type TestSns = TestAws & {
  /** An SNS client with the credentials of a function, or the operator's. */
  client: (functionId?: string) => SNSClient;
  /** The next event that any function gets, or got and was not yet asked for. */
  event: () => Promise<unknown>;
  /** The text of that event's message. */
  delivered: () => Promise<string>;
  /** The bodies of all messages that are in a queue. */
  bodies: (queue: string) => string[];
};

type Outcomes = { outcomes?: Invocation[] };

/** SNS and its surroundings; the functions do nothing but end as `outcomes` say, and well after these. */
export const startSns = async (
  resources: Resource[],
  { outcomes = [], ...options }: Partial<AwsOptions> & Outcomes = {},
): Promise<TestSns> => {
  const invocations = new EventEmitter();
  const events = on(invocations, 'event');
  const results = outcomes.values();
  const invoke = async (_arn: string, event: unknown): Promise<Invocation> => {
    invocations.emit('event', event);
    return results.next().value ?? { payload: null };
  };
  const aws = await startTestAws(makeTemplate(...resources), { invoke, ...options });
  const clients: SNSClient[] = [];
  const event = async (): Promise<unknown> => {
    const { value } = await events.next();
    return z.parse(z.array(z.unknown()), value)[0];
  };
  return {
    ...aws,
    client: (functionId) => {
      const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
      const client = new SNSClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    event,
    delivered: async () => z.parse(Delivery, await event()).Records[0].Sns.Message,
    bodies: (queue) =>
      aws.queues
        .byArn(queueArn(queue))
        .receive(10)
        .map(({ body }) => body),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};
