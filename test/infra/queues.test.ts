import { describe, expect, test } from 'vitest';
import { templateWith } from '../fixtures/stage.ts';
import { resourcesOf, synthesized } from './template.ts';

const template = await synthesized();
const queues = new Map(resourcesOf(template, 'AWS::SQS::Queue').map(({ id, properties }) => [id, properties]));
/** Those of alarms are looked at by alarms.test.ts. */
const topics = resourcesOf(template, 'AWS::SNS::Topic').filter(({ id }) => !id.startsWith('TelemetryAlarms'));

/** Each queue of work, and the function that works on it. */
const workers = { Closing: 'close', Deadlines: 'deadline', PushReleases: 'upkeep', WakeupsNotices: 'notifier' };
/** The topics that lead to queues, and their dead letters. */
const led = { WakeupsTopic: 'WakeupsNotices', PushFailures: 'PushReleases' };
const [names, all] = [Object.keys(workers), Object.entries(workers)];

const overTlsAlone = (action: string, resource: string) => ({
  Action: action,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Resource: resource,
});
const overTls = (topic: string) => ({
  ...overTlsAlone('sns:Publish', `<${topic}>`),
  Sid: 'AllowPublishThroughSSLOnly',
  Principal: '*',
});
const fromTopic = (topic: string, queue: string) => ({
  Action: 'sqs:SendMessage',
  Condition: { ArnEquals: { 'aws:SourceArn': `<${topic}>` } },
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Resource: `<${queue}.Arn>`,
});
const statementsOf = (type: string, subject: 'Queues' | 'Topics') =>
  Object.fromEntries(
    resourcesOf(template, type).map(({ properties }) => {
      const document: unknown = properties['PolicyDocument'];
      return [String(properties[subject]), document];
    }),
  );

describe('a queue of work', () => {
  test('is there for each function that is not called by clients', () => {
    expect([...queues.keys()].toSorted()).toEqual(
      names.flatMap((name) => [`${name}DeadLetters`, `${name}Queue`]).toSorted(),
    );
  });

  test.for(names)('hands what failed five times to dead letters, which are kept for two weeks: %s', (name) => {
    expect(queues.get(`${name}Queue`)?.['RedrivePolicy']).toEqual({
      deadLetterTargetArn: `<${name}DeadLetters.Arn>`,
      maxReceiveCount: 5,
    });
    expect(queues.get(`${name}DeadLetters`)?.['MessageRetentionPeriod']).toBe(14 * 24 * 60 * 60);
    expect(queues.get(`${name}DeadLetters`)).not.toHaveProperty('RedrivePolicy');
  });

  test.for(all)('hides what is being worked on for six times as long as its function may take: %s', ([name, id]) => {
    const worker = resourcesOf(template, 'AWS::Lambda::Function').find((lambda) => lambda.id === id);
    expect(worker?.properties['Timeout']).toBe(10);
    expect(queues.get(`${name}Queue`)?.['VisibilityTimeout']).toBe(60);
  });

  test('is encrypted, as are its dead letters', () => {
    for (const queue of queues.values()) expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
  });

  test('is reached over TLS alone, as are its dead letters; only the topic that leads to it may send', () => {
    const senders = new Map(
      Object.entries(led).flatMap(([topic, name]) =>
        [`${name}Queue`, `${name}DeadLetters`].map((queue) => [queue, fromTopic(topic, queue)] as const),
      ),
    );
    const expected = [...queues.keys()].map((id) => [
      `<${id}>`,
      {
        Version: '2012-10-17',
        Statement: [overTlsAlone('sqs:*', `<${id}.Arn>`), ...[senders.get(id) ?? []].flat()],
      },
    ]);
    expect(statementsOf('AWS::SQS::QueuePolicy', 'Queues')).toEqual(Object.fromEntries(expected));
  });

  test('brings batches of ten to one function, which tells which of them failed', () => {
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(({ properties }) => properties);
    expect(new Set(mappings)).toEqual(
      new Set(
        all.map(([name, worker]) => ({
          BatchSize: 10,
          EventSourceArn: `<${name}Queue.Arn>`,
          FunctionName: `<${worker}>`,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        })),
      ),
    );
  });

  test('goes with its stage, whatever the stage: it holds nothing that lasts', async () => {
    const prod = resourcesOf(await templateWith({ 'tandem.stage': 'prod' }), 'AWS::SQS::Queue');
    expect(prod).toHaveLength(queues.size);
    for (const { deletionPolicy } of prod) expect(deletionPolicy).toBe('Delete');
  });
});

describe('the topics of wake-ups and of failed pushes', () => {
  test('are the only ones, and are published to over TLS alone', () => {
    expect(topics.map(({ id }) => id).toSorted()).toEqual(Object.keys(led).toSorted());
    const bySns = {
      Action: 'sns:Publish',
      Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Resource: '<PushFailures>',
      Sid: expect.any(String),
    };
    expect(statementsOf('AWS::SNS::TopicPolicy', 'Topics')).toMatchObject({
      '<WakeupsTopic>': { Version: '2012-10-17', Statement: [overTls('WakeupsTopic')] },
      '<PushFailures>': {
        Version: '2012-10-17',
        Statement: expect.arrayContaining([bySns, { ...overTls('PushFailures'), Sid: expect.any(String) }]),
      },
    });
  });

  test('reach a queue each as it was said, or else its dead letters', () => {
    const subscriptions = resourcesOf(template, 'AWS::SNS::Subscription').map(({ properties }) => properties);
    const expected = Object.entries(led).map(([topic, name]) => ({
      Endpoint: `<${name}Queue.Arn>`,
      Protocol: 'sqs',
      RawMessageDelivery: true,
      RedrivePolicy: { deadLetterTargetArn: `<${name}DeadLetters.Arn>` },
      TopicArn: `<${topic}>`,
    }));
    expect(new Set(subscriptions)).toEqual(new Set(expected));
  });
});
