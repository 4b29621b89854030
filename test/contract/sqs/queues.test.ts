/** Queues as a whole: what they tell of themselves, who may use them, and what outlives a run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  AddPermissionCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { serviceCaller } from '../../../local/aws/iam/index.ts';
import { allow, makeFolder, makeFunction } from '../aws/aws.fixture.ts';
import { loadSections } from '../template/assembly.fixture.ts';
import { makeQueue, makeQueuePolicy, queueArn, redriveTo, startQueues, type TestQueues } from './sqs.fixture.ts';

const send = (aws: TestQueues, functionId?: string) =>
  aws.sqs(functionId).send(new SendMessageCommand({ QueueUrl: aws.queueUrl('Jobs'), MessageBody: 'one' }));

const bodies = async (aws: TestQueues) => {
  const receive = new ReceiveMessageCommand({ QueueUrl: aws.queueUrl('Jobs'), MaxNumberOfMessages: 10 });
  return (await aws.sqs().send(receive)).Messages?.map(({ Body }) => Body) ?? [];
};

const topic = 'arn:aws:sns:us-east-1:000000000000:Wakeups';
const forTopic = {
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: queueArn('Jobs'),
  Condition: { ArnEquals: { 'aws:SourceArn': topic } },
};
const onlyTls = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sqs:*',
  Resource: queueArn('Jobs'),
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

test('a queue tells its attributes and how many messages it has (APIReference GetQueueAttributes)', async () => {
  await using aws = await startQueues([makeQueue('Jobs', redriveTo('Dead', 3)), makeQueue('Dead')]);
  const client = aws.sqs();
  const QueueUrl = aws.queueUrl('Jobs');
  await send(aws);
  await send(aws);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 60 }));
  await client.send(new ReceiveMessageCommand({ QueueUrl }));
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toEqual({
    QueueArn: queueArn('Jobs'),
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
    ApproximateNumberOfMessagesDelayed: '1',
    DelaySeconds: '0',
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '0',
    VisibilityTimeout: '30',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('Dead'), maxReceiveCount: 3 }),
  });
  const some = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  expect((await client.send(some)).Attributes).toEqual({ QueueArn: queueArn('Jobs') });
});

test('a queue is found by its name, at the address that was asked (APIReference GetQueueUrl, ListQueues)', async () => {
  await using aws = await startQueues([makeQueue('Jobs'), makeQueue('Jobs-dead'), makeQueue('Other')]);
  const client = aws.sqs();
  const found = await client.send(new GetQueueUrlCommand({ QueueName: 'Jobs' }));
  expect(found.QueueUrl).toBe(aws.queueUrl('Jobs'));
  const { QueueUrls } = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'Jobs' }));
  expect(QueueUrls).toEqual([aws.queueUrl('Jobs'), aws.queueUrl('Jobs-dead')]);
});

test('a queue that does not exist has the code of the older protocol too (APIReference common errors)', async () => {
  await using aws = await startQueues([]);
  await expect(send(aws)).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    Code: 'AWS.SimpleQueueService.NonExistentQueue',
  });
});

test('an operation that is not served says so', async () => {
  await using aws = await startQueues([makeQueue('Jobs')]);
  const add = new AddPermissionCommand({
    QueueUrl: aws.queueUrl('Jobs'),
    Label: 'a',
    AWSAccountIds: ['1'],
    Actions: ['*'],
  });
  await expect(aws.sqs().send(add)).rejects.toThrow("The local cloud does not serve SQS's AddPermission.");
});

test('the Ref of a queue is its URL (AWS::SQS::Queue, Return values)', async () => {
  const template = await loadSections({
    Resources: {
      Jobs: { Type: 'AWS::SQS::Queue' },
      Probe: {
        Type: 'Test::Probe',
        Properties: {
          ref: { Ref: 'Jobs' },
          arn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
          name: { 'Fn::GetAtt': ['Jobs', 'QueueName'] },
          url: { 'Fn::GetAtt': ['Jobs', 'QueueUrl'] },
        },
      },
    },
  });
  const url = 'https://sqs.us-east-1.amazonaws.com/000000000000/Shop-Jobs';
  expect(template.resources.get('Probe')?.properties).toEqual({
    ref: url,
    arn: queueArn('Shop-Jobs'),
    name: 'Shop-Jobs',
    url,
  });
});

test.each([
  ['FIFO', { FifoQueue: true }, 'FIFO queues are not served here'],
  ['a visibility timeout of a day', { VisibilityTimeout: 86_400 }, 'AWS::SQS::Queue Jobs in the template'],
])('a queue with %s cannot be served', async (_what, properties, why) => {
  await expect(startQueues([makeQueue('Jobs', properties)])).rejects.toThrow(why);
});

test('a function needs the permission of what it does, a batch that of its single operation', async () => {
  await using aws = await startQueues([
    makeQueue('Jobs'),
    ...makeFunction('Sender', [allow('sqs:SendMessage', queueArn('Jobs'))]),
  ]);
  const QueueUrl = aws.queueUrl('Jobs');
  await send(aws, 'Sender');
  const Entries = [{ Id: 'a', MessageBody: 'two' }];
  await aws.sqs('Sender').send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  await expect(aws.sqs('Sender').send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('not authorized to perform: sqs:ReceiveMessage on resource: ' + queueArn('Jobs')),
  });
  expect(await bodies(aws)).toEqual(['one', 'two']);
});

test('the SenderId of a function’s message is its role’s session (APIReference ReceiveMessage)', async () => {
  await using aws = await startQueues([
    makeQueue('Jobs'),
    ...makeFunction('Sender', [allow('sqs:SendMessage', queueArn('Jobs'))]),
  ]);
  await send(aws, 'Sender');
  const asked = { QueueUrl: aws.queueUrl('Jobs'), MessageSystemAttributeNames: ['SenderId' as const] };
  const { Messages } = await aws.sqs().send(new ReceiveMessageCommand(asked));
  expect(Messages?.[0]?.Attributes?.SenderId).toMatch(/^AROA[0-9A-F]{17}:Test-Sender$/);
});

const senderRole = 'arn:aws:iam::000000000000:role/Test-SenderRole';
const grant = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn('Jobs') };

test.each([
  ['its role', { AWS: senderRole }],
  ['everybody', '*'],
  ['its session', { AWS: ['arn:aws:sts::000000000000:assumed-role/Test-SenderRole/Test-Sender'] }],
])(
  'a queue’s policy that allows %s suffices within an account (IAM User Guide, evaluation logic)',
  async (_who, Principal) => {
    await using aws = await startQueues([
      makeQueue('Jobs'),
      makeQueuePolicy('Jobs', { ...grant, Principal }),
      ...makeFunction('Sender', []),
    ]);
    await send(aws, 'Sender');
    expect(await bodies(aws)).toEqual(['one']);
  },
);

test.each([
  ['the account', { AWS: '000000000000' }],
  ['the account’s root', { AWS: 'arn:aws:iam::000000000000:root' }],
  ['another role', { AWS: 'arn:aws:iam::000000000000:role/Other' }],
  ['a service', { Service: 'sns.amazonaws.com' }],
])('a queue’s policy that allows %s does not allow a role (IAM User Guide, Principal)', async (_who, Principal) => {
  await using aws = await startQueues([
    makeQueue('Jobs'),
    makeQueuePolicy('Jobs', { ...grant, Principal }),
    ...makeFunction('Sender', []),
  ]);
  await expect(send(aws, 'Sender')).rejects.toThrow(
    'because no identity-based policy allows the sqs:SendMessage action',
  );
});

test('a queue’s policy that denies wins over a role’s that allows (IAM User Guide, evaluation logic)', async () => {
  const { Condition: _tls, ...denyAll } = onlyTls;
  await using aws = await startQueues([
    makeQueue('Jobs'),
    makeQueuePolicy('Jobs', { ...denyAll, Principal: { AWS: '000000000000' } }),
    ...makeFunction('Sender', [allow('sqs:SendMessage', '*')]),
  ]);
  await expect(send(aws, 'Sender')).rejects.toThrow('with an explicit deny in a resource-based policy');
});

test('a policy that denies unless TLS is used, as the CDK’s enforceSSL writes it, stops nobody here', async () => {
  await using aws = await startQueues([
    makeQueue('Jobs'),
    makeQueuePolicy('Jobs', onlyTls),
    ...makeFunction('Sender', [allow('sqs:SendMessage', '*')]),
  ]);
  await send(aws, 'Sender');
  expect(await bodies(aws)).toEqual(['one']);
});

test('a topic delivers where the queue’s policy allows it (SNS Developer Guide, subscribe a queue)', async () => {
  await using aws = await startQueues([makeQueue('Jobs'), makeQueuePolicy('Jobs', forTopic, onlyTls)]);
  const by = serviceCaller('sns.amazonaws.com', topic);
  const attributes = { kind: { DataType: 'String', StringValue: 'wake' } };
  const id = aws.queues.send({ to: queueArn('Jobs'), body: 'wake', attributes, by });
  const asked = { QueueUrl: aws.queueUrl('Jobs'), MessageAttributeNames: ['All'] };
  const { Messages } = await aws.sqs().send(new ReceiveMessageCommand(asked));
  expect(Messages).toMatchObject([{ MessageId: id, Body: 'wake', MessageAttributes: attributes }]);
});

test.each([
  ['without a policy', []],
  ['whose policy is for another topic', [makeQueuePolicy('Jobs', forTopic)]],
])('a topic does not deliver to a queue %s, and the report says what is missing', async (_what, policies) => {
  await using aws = await startQueues([makeQueue('Jobs'), ...policies]);
  const other = `${topic}2`;
  const by = serviceCaller('sns.amazonaws.com', other);
  expect(() => aws.queues.send({ to: queueArn('Jobs'), body: 'x', by })).toThrow(
    'because no resource-based policy allows the sqs:SendMessage action',
  );
  const missing = {
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: queueArn('Jobs'),
    Principal: { Service: 'sns.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': other } },
  };
  expect(aws.reports).toEqual([
    `denied: sns.amazonaws.com may not sqs:SendMessage on ${queueArn('Jobs')}: the resource's policy would need ${JSON.stringify(missing)}`,
  ]);
});

test('a policy that cannot be understood fails the call and says why', async () => {
  await using aws = await startQueues([
    makeQueue('Jobs'),
    makeQueuePolicy('Jobs', { ...grant, NotPrincipal: { AWS: senderRole } }),
  ]);
  await expect(send(aws)).rejects.toThrow('AWS::SQS::QueuePolicy JobsPolicy in the template');
});

test('what was accepted survives the end of the whole process by kill -9, receipts included', async () => {
  await using folder = await makeFolder();
  const victim = spawn(process.execPath, ['--input-type=module', '--eval', crash(folder.path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [accepted] = await once(victim.stdout, 'data');
  victim.kill('SIGKILL');
  await once(victim, 'exit');

  await using aws = await startQueues([makeQueue('Jobs', { VisibilityTimeout: 60 })], { data: folder.path });
  expect(JSON.parse(String(accepted))).toEqual(['received', 'waiting']);
  expect(await bodies(aws)).toEqual(['waiting']);
  await aws.clock.advance(60_000);
  expect(await bodies(aws)).toEqual(['received', 'waiting']);
});

/** A process that sends two messages, receives one, says so, and stays. */
const crash = (data: string) => `
  import { openQueues } from ${JSON.stringify(import.meta.resolve('../../../local/aws/sqs/index.ts'))};
  const resource = ${JSON.stringify(makeQueue('Jobs', { VisibilityTimeout: 60 }))};
  const template = {
    stack: 'Test', region: 'us-east-1', account: '000000000000',
    resources: new Map([['Jobs', resource]]), assets: new Map(),
  };
  const clock = { now: () => ${Date.UTC(2026, 0, 2, 3, 4, 5)}, after: () => () => undefined };
  const queues = openQueues({ template, data: ${JSON.stringify(data)}, clock, demand: () => undefined });
  const jobs = queues.byUrl('Jobs');
  for (const body of ['received', 'waiting']) jobs.send({ body, attributes: {}, sender: 'test' });
  jobs.receive(1);
  console.log(JSON.stringify(['received', 'waiting']));
  setInterval(() => undefined, 1000);
`;
