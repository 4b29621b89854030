import {
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { standingClock } from '../../../local/movable-clock.ts';
import { allow, makeFolder, makeFunction } from '../aws/aws.fixture.ts';
import { makeQueue, queueArn } from '../sqs/sqs.fixture.ts';
import {
  functionArn,
  makeOpenQueue,
  makePermission,
  makeSubscription,
  makeTopic,
  startSns,
  topicArn,
} from './sns.fixture.ts';

const TopicArn = topicArn('Alerts');
const toQueue = (properties: Record<string, unknown> = {}) =>
  makeSubscription('ToInbox', { Protocol: 'sqs', Endpoint: queueArn('Inbox'), ...properties });
const toFunction = (properties: Record<string, unknown> = {}) =>
  makeSubscription('ToWatch', { Protocol: 'lambda', Endpoint: functionArn('Watch'), ...properties });
const watched = (...more: Parameters<typeof makeTopic>[1][]) => [
  makeTopic('Alerts', more[0]),
  makePermission('Watch', 'Alerts'),
];
const text: unknown = expect.any(String);

describe('a queue', () => {
  test('gets a message in the envelope of the developer guide ("message and JSON formats")', async () => {
    await using sns = await startSns([makeTopic('Alerts'), ...makeOpenQueue('Inbox'), toQueue()], {
      clock: standingClock(Date.UTC(2026, 0, 2)),
    });
    const attributes = { kind: { DataType: 'String', StringValue: 'news' } };
    const published = new PublishCommand({
      TopicArn,
      Message: 'a <b> & "c"\r',
      Subject: 'S',
      MessageAttributes: attributes,
    });
    const { MessageId } = await sns.client().send(published);

    const [body = ''] = sns.bodies('Inbox');
    expect(JSON.parse(body)).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'S',
      Message: 'a <b> & "c"\r',
      Timestamp: '2026-01-02T00:00:00.000Z',
      SignatureVersion: '1',
      Signature: text,
      SigningCertURL: expect.stringMatching(/^https:\/\/sns\.us-east-1\.amazonaws\.com\//),
      UnsubscribeURL: expect.stringContaining(`SubscriptionArn=${TopicArn}:ToInbox`),
      MessageAttributes: { kind: { Type: 'String', Value: 'news' } },
    });
  });

  test('gets the bare text and the attributes with RawMessageDelivery', async () => {
    const resources = [makeTopic('Alerts'), ...makeOpenQueue('Inbox'), toQueue({ RawMessageDelivery: true })];
    await using sns = await startSns(resources);
    const MessageAttributes = { kind: { DataType: 'Binary', BinaryValue: Buffer.from('x') } };
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello', MessageAttributes }));
    const [received] = sns.queues.byArn(queueArn('Inbox')).receive(1);
    expect(received).toMatchObject({
      body: 'hello',
      attributes: { kind: { DataType: 'Binary', BinaryValue: 'eA==' } },
    });
  });

  test('gets nothing when its policy does not let SNS send for the topic; the refusal is told', async () => {
    await using sns = await startSns([makeTopic('Alerts'), makeQueue('Inbox'), toQueue()]);
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello' }));
    expect(sns.bodies('Inbox')).toEqual([]);
    expect(sns.reports.join('\n')).toContain(`may not sqs:SendMessage on ${queueArn('Inbox')}`);
    expect(sns.reports.join('\n')).toContain(TopicArn);
  });

  test('that cannot be delivered to leaves the message to the dead letters of the subscription', async () => {
    const redrive = { RedrivePolicy: { deadLetterTargetArn: queueArn('Dead') } };
    await using sns = await startSns([
      makeTopic('Alerts'),
      makeQueue('Inbox'),
      ...makeOpenQueue('Dead'),
      toQueue(redrive),
    ]);
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello' }));
    const [body = '{}'] = sns.bodies('Dead');
    expect(JSON.parse(body)).toMatchObject({ TopicArn, Message: 'hello' });
  });

  test('unverified: a dead letter of a subscription tells in ErrorCode and ErrorMessage why it is one', async () => {
    const redrive = { RedrivePolicy: { deadLetterTargetArn: queueArn('Dead') } };
    await using sns = await startSns([
      makeTopic('Alerts'),
      makeQueue('Inbox'),
      ...makeOpenQueue('Dead'),
      toQueue(redrive),
    ]);
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello' }));
    const [letter] = sns.queues.byArn(queueArn('Dead')).receive(1);
    expect(letter?.attributes).toMatchObject({
      ErrorCode: { DataType: 'String', StringValue: 'AccessDeniedException' },
      ErrorMessage: { DataType: 'String', StringValue: expect.stringContaining('sqs:SendMessage') },
    });
  });

  test('subscribed inline in the topic is subscribed as well', async () => {
    const inline = { Subscription: [{ Protocol: 'sqs', Endpoint: queueArn('Inbox') }] };
    await using sns = await startSns([makeTopic('Alerts', inline), ...makeOpenQueue('Inbox')]);
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello' }));
    expect(sns.bodies('Inbox')).toHaveLength(1);
  });
});

describe('a function', () => {
  test('gets the event of the Lambda developer guide ("Using AWS Lambda with Amazon SNS")', async () => {
    await using sns = await startSns([...watched(), toFunction()], { clock: standingClock(Date.UTC(2026, 0, 2)) });
    const { MessageId } = await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello' }));
    expect(await sns.event()).toEqual({
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: `${TopicArn}:ToWatch`,
          Sns: {
            Type: 'Notification',
            MessageId,
            TopicArn,
            Subject: null,
            Message: 'hello',
            Timestamp: '2026-01-02T00:00:00.000Z',
            SignatureVersion: '1',
            Signature: text,
            SigningCertUrl: text,
            UnsubscribeUrl: text,
            MessageAttributes: {},
          },
        },
      ],
    });
  });

  test('without a permission for the topic is not invoked, and the message goes to the dead letters', async () => {
    const redrive = { RedrivePolicy: { deadLetterTargetArn: queueArn('Dead') } };
    const resources = [
      makeTopic('Alerts'),
      makePermission('Watch', 'Other'),
      toFunction(redrive),
      ...makeOpenQueue('Dead'),
    ];
    await using sns = await startSns(resources);
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello' }));
    expect(sns.bodies('Dead')).toHaveLength(1);
    expect(sns.reports.join('\n')).toContain(`may not lambda:InvokeFunction on ${functionArn('Watch')}`);
  });

  test('that fails is invoked again after one minute and after two more, then never', async () => {
    const clock = standingClock(0);
    const failed = { error: 'unhandled' as const, message: 'Error: no' };
    const waits: number[] = [];
    const armed = Promise.withResolvers<void>();
    const rearmed = Promise.withResolvers<void>();
    const after: typeof clock.after = (delay, callback) => {
      const cancel = clock.after(delay, callback);
      waits.push(delay);
      if (delay === 60_000) armed.resolve();
      if (delay === 120_000) rearmed.resolve();
      return cancel;
    };
    const given = Promise.withResolvers<string>();
    const report = (line: string) => {
      if (line.includes('for good')) given.resolve(line);
    };
    const outcomes = [failed, failed, failed];
    await using sns = await startSns([...watched(), toFunction()], { outcomes, clock: { ...clock, after }, report });
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello' }));
    expect(await sns.delivered()).toBe('hello');
    await armed.promise;
    await clock.advance(60_000);
    expect(await sns.delivered()).toBe('hello');
    await rearmed.promise;
    await clock.advance(120_000);
    expect(await sns.delivered()).toBe('hello');
    expect(await given.promise).toContain('Error: no');
    expect(waits.filter((wait) => wait === 60_000 || wait === 120_000)).toEqual([60_000, 120_000]);
  });
});

const attribute = (value: string | number | string[]) => {
  if (typeof value === 'number') return { DataType: 'Number', StringValue: String(value) };
  if (typeof value === 'string') return { DataType: 'String', StringValue: value };
  return { DataType: 'String.Array', StringValue: JSON.stringify(value) };
};

describe('a filter policy ("Amazon SNS subscription filter policies")', () => {
  test.each<[string, unknown, Record<string, string | number | string[]>, boolean]>([
    ['an exact value', ['news'], { kind: 'news' }, true],
    ['another value', ['news'], { kind: 'ad' }, false],
    ['no such attribute', ['news'], {}, false],
    ['an element of a list', ['news'], { kind: ['ad', 'news'] }, true],
    ['a prefix', [{ prefix: 'ne' }], { kind: 'news' }, true],
    ['another prefix', [{ prefix: 'ne' }], { kind: 'ad' }, false],
    ['a suffix', [{ suffix: 'ws' }], { kind: 'news' }, true],
    ['another case', [{ 'equals-ignore-case': 'NEWS' }], { kind: 'news' }, true],
    ['anything but it', [{ 'anything-but': ['ad', 'spam'] }], { kind: 'news' }, true],
    ['what is excluded', [{ 'anything-but': ['ad', 'spam'] }], { kind: 'spam' }, false],
    ['anything but it, but nothing there', [{ 'anything-but': 'ad' }], {}, false],
    ['an excluded prefix', [{ 'anything-but': { prefix: 'a' } }], { kind: 'ad' }, false],
    ['a number', [5], { kind: 5 }, true],
    ['a number as text', [5], { kind: '5' }, false],
    ['a number in a range', [{ numeric: ['>', 0, '<=', 5] }], { kind: 5 }, true],
    ['a number out of a range', [{ numeric: ['>', 0, '<=', 5] }], { kind: 6 }, false],
    ['an equal number', [{ numeric: ['=', 3] }], { kind: 3 }, true],
    ['something that exists', [{ exists: true }], { kind: 'ad' }, true],
    ['nothing where something must be', [{ exists: true }], {}, false],
    ['nothing where nothing may be', [{ exists: false }], {}, true],
    ['something where nothing may be', [{ exists: false }], { kind: 'ad' }, false],
    ['one of two conditions', ['ad', { prefix: 'n' }], { kind: 'news' }, true],
  ])('on attributes decides about %s', async (...[, condition, given, wanted]) => {
    const filtered = toQueue({ RawMessageDelivery: true, FilterPolicy: { kind: condition } });
    await using sns = await startSns([makeTopic('Alerts'), ...makeOpenQueue('Inbox'), filtered]);
    const MessageAttributes = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, attribute(value)]),
    );
    await sns.client().send(new PublishCommand({ TopicArn, Message: 'hello', MessageAttributes }));
    expect(sns.bodies('Inbox')).toEqual(wanted ? ['hello'] : []);
  });

  test('on the body looks into its JSON', async () => {
    const filter = { FilterPolicyScope: 'MessageBody', FilterPolicy: { order: { total: [{ numeric: ['>', 10] }] } } };
    await using sns = await startSns([...watched(), toFunction(filter)]);
    const client = sns.client();
    for (const order of [{ total: 9 }, { total: [3, 11] }, 'none']) {
      await client.send(new PublishCommand({ TopicArn, Message: JSON.stringify({ order }) }));
    }
    await client.send(new PublishCommand({ TopicArn, Message: 'no JSON' }));
    await client.send(new PublishCommand({ TopicArn, Message: '{"order":{"total":99}}' }));
    expect(await sns.delivered()).toBe('{"order":{"total":[3,11]}}');
    expect(await sns.delivered()).toBe('{"order":{"total":99}}');
  });

  test('that is none is told by the resource that has it', async () => {
    const resources = [makeTopic('Alerts'), toFunction({ FilterPolicy: { kind: [{ soundsLike: 'news' }] } })];
    await expect(startSns(resources)).rejects.toThrow('AWS::SNS::Subscription ToWatch');
    await expect(startSns([makeTopic('Alerts'), toFunction({ FilterPolicy: { $or: [] } })])).rejects.toThrow('$or');
  });
});

describe('Publish', () => {
  test('with a structure sends each protocol its own text, or the default', async () => {
    const all = [...watched(), toFunction(), ...makeOpenQueue('Inbox'), toQueue({ RawMessageDelivery: true })];
    await using sns = await startSns(all);
    const Message = JSON.stringify({ default: 'for all', lambda: 'for functions' });
    await sns.client().send(new PublishCommand({ TopicArn, Message, MessageStructure: 'json' }));
    expect(await sns.delivered()).toBe('for functions');
    expect(sns.bodies('Inbox')).toEqual(['for all']);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    ['no text', { Message: '' }, 'InvalidParameterException', 'Invalid parameter: Empty message'],
    ['too long a text', { Message: 'x'.repeat(262_145) }, 'InvalidParameterException', 'Message too long'],
    [
      'a structure without JSON',
      { Message: '{', MessageStructure: 'json' },
      'InvalidParameterException',
      'failed to parse',
    ],
    [
      'a structure without a default',
      { Message: '{"sqs":"x"}', MessageStructure: 'json' },
      'InvalidParameterException',
      'No default entry',
    ],
    ['an unknown topic', { Message: 'x', TopicArn: topicArn('Nobody') }, 'NotFoundException', 'Topic does not exist'],
    ['no topic', { Message: 'x', TopicArn: undefined }, 'InvalidParameterException', 'TopicArn or TargetArn'],
    [
      'a phone number',
      { Message: 'x', TopicArn: undefined, PhoneNumber: '+1' },
      'InvalidParameterException',
      'PhoneNumber',
    ],
    [
      'an attribute without a value',
      { Message: 'x', MessageAttributes: { a: { DataType: 'String' } } },
      'InvalidParameterValueException',
      "attribute 'a'",
    ],
    [
      'a number that is none',
      { Message: 'x', MessageAttributes: { a: { DataType: 'Number', StringValue: 'n' } } },
      'InvalidParameterValueException',
      'numeric value',
    ],
  ])('of %s is refused', async (...[, input, name, message]) => {
    await using sns = await startSns([makeTopic('Alerts')]);
    const publish = new PublishCommand({ TopicArn, Message: '', ...input });
    await expect(sns.client().send(publish)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  test('in a batch lets each entry stand or fall alone', async () => {
    await using sns = await startSns([
      makeTopic('Alerts'),
      ...makeOpenQueue('Inbox'),
      toQueue({ RawMessageDelivery: true }),
    ]);
    const entries = [
      { Id: 'a', Message: 'first' },
      { Id: 'b', Message: '' },
      { Id: 'c', Message: 'third' },
    ];
    const batch = new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries });
    const { Successful, Failed } = await sns.client().send(batch);
    expect(Successful).toEqual([
      { Id: 'a', MessageId: text },
      { Id: 'c', MessageId: text },
    ]);
    expect(Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }]);
    expect(sns.bodies('Inbox').toSorted()).toEqual(['first', 'third']);
  });

  test.each([
    ['EmptyBatchRequestException', []],
    ['TooManyEntriesInBatchRequestException', Array.from({ length: 11 }, (_, index) => String(index))],
    ['BatchEntryIdsNotDistinctException', ['a', 'a']],
    ['InvalidBatchEntryIdException', ['a b']],
  ])('in a batch is refused as a whole: %s', async (name, ids) => {
    await using sns = await startSns([makeTopic('Alerts')]);
    const entries = ids.map((Id) => ({ Id, Message: 'x' }));
    const batch = new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries });
    await expect(sns.client().send(batch)).rejects.toMatchObject({ name });
  });
});

describe('the permission to publish', () => {
  test('comes from the role, for one message as for a batch', async () => {
    const statements = [allow('sns:Publish', TopicArn)];
    await using sns = await startSns([
      makeTopic('Alerts'),
      ...makeFunction('Writer', statements),
      ...makeFunction('Other', []),
    ]);
    const entries = [{ Id: 'a', Message: 'x' }];
    await sns.client('Writer').send(new PublishCommand({ TopicArn, Message: 'x' }));
    await sns.client('Writer').send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
    await expect(sns.client('Other').send(new PublishCommand({ TopicArn, Message: 'x' }))).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining(`is not authorized to perform: sns:Publish on resource: ${TopicArn}`),
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("comes from the topic's policy too, which may also deny it", async () => {
    const policy = (Effect: string) => ({
      id: 'Policy',
      type: 'AWS::SNS::TopicPolicy',
      properties: {
        Topics: [TopicArn],
        PolicyDocument: { Statement: [{ Effect, Principal: { AWS: '*' }, Action: 'sns:Publish', Resource: TopicArn }] },
      },
    });
    const publish = new PublishCommand({ TopicArn, Message: 'x' });
    await using open = await startSns([makeTopic('Alerts'), policy('Allow'), ...makeFunction('Writer', [])]);
    await open.client('Writer').send(publish);
    await using closed = await startSns([
      makeTopic('Alerts'),
      policy('Deny'),
      ...makeFunction('Writer', [allow('*', '*')]),
    ]);
    await expect(closed.client('Writer').send(publish)).rejects.toThrow('explicit deny');
  });
});

describe('a subscription', () => {
  const Endpoint = queueArn('Inbox');
  const Attributes = { RawMessageDelivery: 'true', FilterPolicy: '{"kind":["news"]}' };
  const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes });

  test('made at run time delivers until it is removed, and outlives a restart', async () => {
    await using folder = await makeFolder();
    const resources = [makeTopic('Alerts'), ...makeOpenQueue('Inbox')];
    const news = new PublishCommand({
      TopicArn,
      Message: 'hello',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'news' } },
    });
    const subscribed = async () => {
      await using sns = await startSns(resources, { data: folder.path });
      return (await sns.client().send(subscribe)).SubscriptionArn;
    };
    const SubscriptionArn = await subscribed();

    await using sns = await startSns(resources, { data: folder.path });
    const client = sns.client();
    expect((await client.send(subscribe)).SubscriptionArn).toBe(SubscriptionArn);
    await client.send(news);
    await client.send(new PublishCommand({ TopicArn, Message: 'no news' }));
    expect(sns.bodies('Inbox')).toEqual(['hello']);
    expect((await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions).toEqual([
      { SubscriptionArn, Owner: '000000000000', Protocol: 'sqs', Endpoint, TopicArn },
    ]);
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    await client.send(news);
    expect(sns.bodies('Inbox')).toEqual([]);
  });

  test('with other attributes than the existing one, or with unknown ones, is refused', async () => {
    await using sns = await startSns([makeTopic('Alerts'), ...makeOpenQueue('Inbox'), toQueue()]);
    await expect(sns.client().send(subscribe)).rejects.toThrow('Subscription already exists with different attributes');
    const unknown = new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { Color: '1' } });
    await expect(sns.client().send(unknown)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const byMail = new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.org' });
    await expect(sns.client().send(byMail)).rejects.toThrow('Protocol must be sqs or lambda');
  });

  test('may be restricted by its protocol and endpoint', async () => {
    const lambdas = { StringEquals: { 'sns:Protocol': 'lambda' } };
    const statements = [allow('sns:Subscribe', TopicArn, lambdas)];
    await using sns = await startSns([makeTopic('Alerts'), ...makeFunction('Writer', statements)]);
    const client = sns.client('Writer');
    await client.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: functionArn('Watch') }));
    await expect(client.send(subscribe)).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
  });
});

test('an operation that is not served is refused by its name', async () => {
  await using sns = await startSns([]);
  await expect(sns.client().send(new ListTopicsCommand({}))).rejects.toMatchObject({
    name: 'InvalidAction',
    message: "The local cloud does not serve SNS's ListTopics.",
  });
});
