import { describe, expect, test } from 'vitest';
import { templateWith } from '../fixtures/stage.ts';
import { resourcesOf, synthesized } from './template.ts';

const template = await synthesized();
const queues = new Map(resourcesOf(template, 'AWS::SQS::Queue').map(({ id, properties }) => [id, properties]));
const topics = resourcesOf(template, 'AWS::SNS::Topic');

/** Each queue of work, and the function that works on it. */
const workers = { Closing: 'close', Deadlines: 'deadline', WakeupsNotices: 'notifier' };
const [names, all] = [Object.keys(workers), Object.entries(workers)];

const overTlsAlone = (action: string, resource: string) => ({
  Action: action,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Resource: resource,
});
const fromTopic = (queue: string) => ({
  Action: 'sqs:SendMessage',
  Condition: { ArnEquals: { 'aws:SourceArn': '<WakeupsTopic>' } },
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

  test('is reached over TLS alone, as are its dead letters; only the topic of wake-ups may send, and to one', () => {
    const senders = new Set(['WakeupsNoticesQueue', 'WakeupsNoticesDeadLetters']);
    const expected = [...queues.keys()].map((id) => [
      `<${id}>`,
      {
        Version: '2012-10-17',
        Statement: [overTlsAlone('sqs:*', `<${id}.Arn>`), ...(senders.has(id) ? [fromTopic(id)] : [])],
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

describe('the topic of wake-ups', () => {
  test('is the only one, and is published to over TLS alone', () => {
    expect(topics.map(({ id }) => id)).toEqual(['WakeupsTopic']);
    expect(statementsOf('AWS::SNS::TopicPolicy', 'Topics')).toEqual({
      '<WakeupsTopic>': {
        Version: '2012-10-17',
        Statement: [
          { ...overTlsAlone('sns:Publish', '<WakeupsTopic>'), Sid: 'AllowPublishThroughSSLOnly', Principal: '*' },
        ],
      },
    });
  });

  test('reaches the notifier’s queue as it was said, or else its dead letters', () => {
    const subscriptions = resourcesOf(template, 'AWS::SNS::Subscription').map(({ properties }) => properties);
    expect(subscriptions).toEqual([
      {
        Endpoint: '<WakeupsNoticesQueue.Arn>',
        Protocol: 'sqs',
        RawMessageDelivery: true,
        RedrivePolicy: { deadLetterTargetArn: '<WakeupsNoticesDeadLetters.Arn>' },
        TopicArn: '<WakeupsTopic>',
      },
    ]);
  });
});
