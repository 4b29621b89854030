import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { templateWith } from '../fixtures/stage.ts';
import { resourcesOf, synthesized } from './template.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const Statement = z.strictObject({
  Effect: z.literal('Allow'),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.record(z.string(), z.unknown()).optional(),
});
const Policy = z.object({
  Roles: z.array(z.string()),
  PolicyDocument: z.object({ Statement: z.array(Statement) }),
});

const policiesIn = (template: unknown) =>
  resourcesOf(template, 'AWS::IAM::Policy').map(({ properties }) => Policy.parse(properties));

/** Every action on every resource that the role of each function allows, by the function's id. */
const allowedIn = (template: unknown) => {
  const policies = policiesIn(template);
  const allowedTo = (role: string): string[] =>
    policies
      .filter((policy) => policy.Roles.includes(role))
      .flatMap((policy) => policy.PolicyDocument.Statement)
      .flatMap(({ Action, Resource }) =>
        Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
      )
      .toSorted();
  return new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(({ id, properties }) => [
      id,
      allowedTo(String(properties['Role']).replace('.Arn>', '>')),
    ]),
  );
};

const template = await synthesized();
const policies = policiesIn(template);
const allowed = allowedIn(template);
const roles = resourcesOf(template, 'AWS::IAM::Role');

const directory = '<StorageDirectory.Arn>';
const mailboxes = '<StorageMailboxes.Arn>';
const closing = '<ClosingQueue.Arn>';
const deadlines = '<DeadlinesQueue.Arn>';
const notices = '<WakeupsNoticesQueue.Arn>';
const wakeups = '<WakeupsTopic>';
const releases = '<PushReleasesQueue.Arn>';
const schedules = 'arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/Tandem-dev/*';

/** What Lambda does with the queue of a function, in its name. */
const works = (queue: string) =>
  ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
    (action) => `sqs:${action} ${queue}`,
  );
const connections = (verb: string) =>
  `execute-api:ManageConnections arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<EndpointApi>/dev/${verb}/@connections/*`;
const ownLog = (log: string) => [`logs:CreateLogStream <${log}.Arn>`, `logs:PutLogEvents <${log}.Arn>`];

describe('beside writing its own log', () => {
  test.for([
    { name: 'authorize', log: 'authorizelog', may: [`dynamodb:GetItem ${directory}`] },
    {
      name: 'connection',
      log: 'connectionlog',
      may: [`dynamodb:UpdateItem ${directory}`, `sqs:SendMessage ${closing}`, connections('POST')],
    },
    { name: 'session', log: 'sessionlog', may: [] },
    {
      name: 'account',
      log: 'accountlog',
      may: [
        `dynamodb:DeleteItem ${directory}`,
        `dynamodb:GetItem ${directory}`,
        `dynamodb:PutItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:UpdateItem ${directory}`,
        `sqs:SendMessage ${closing}`,
        `sqs:SendMessage ${releases}`,
        connections('POST'),
      ],
    },
    {
      name: 'pairing',
      log: 'pairinglog',
      may: [
        `dynamodb:DeleteItem ${directory}`,
        `dynamodb:GetItem ${directory}`,
        `dynamodb:PutItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:UpdateItem ${directory}`,
        `sqs:SendMessage ${closing}`,
        `sqs:SendMessage ${releases}`,
        connections('POST'),
      ],
    },
    {
      name: 'keys',
      log: 'keyslog',
      may: [
        `dynamodb:DeleteItem ${directory}`,
        `dynamodb:GetItem ${directory}`,
        `dynamodb:PutItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:UpdateItem ${directory}`,
        `sqs:SendMessage ${closing}`,
        connections('POST'),
      ],
    },
    {
      name: 'push',
      log: 'pushlog',
      may: [
        `dynamodb:DeleteItem ${directory}`,
        `dynamodb:GetItem ${directory}`,
        `dynamodb:PutItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:UpdateItem ${directory}`,
        `sqs:SendMessage ${closing}`,
        `sqs:SendMessage ${releases}`,
      ],
    },
    {
      name: 'relay',
      log: 'relaylog',
      may: [
        `dynamodb:BatchWriteItem ${mailboxes}`,
        `dynamodb:DeleteItem ${directory}`,
        `dynamodb:GetItem ${directory}`,
        `dynamodb:PutItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:Query ${mailboxes}`,
        `dynamodb:UpdateItem ${directory}`,
        `sns:Publish ${wakeups}`,
        `sqs:SendMessage ${closing}`,
        `sqs:SendMessage ${deadlines}`,
        connections('POST'),
      ],
    },
    {
      name: 'close',
      log: 'closelog',
      may: [`dynamodb:GetItem ${directory}`, ...works(closing), connections('DELETE')],
    },
    {
      name: 'deadline',
      log: 'deadlinelog',
      may: [
        `dynamodb:GetItem ${directory}`,
        `dynamodb:Query ${mailboxes}`,
        `dynamodb:UpdateItem ${directory}`,
        `sns:Publish ${wakeups}`,
        `sqs:SendMessage ${closing}`,
        `sqs:SendMessage ${deadlines}`,
        ...works(deadlines),
        connections('POST'),
      ],
    },
    {
      name: 'notifier',
      log: 'notifierlog',
      may: [
        `dynamodb:DeleteItem ${directory}`,
        `dynamodb:GetItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:Query ${mailboxes}`,
        `dynamodb:UpdateItem ${directory}`,
        'iam:PassRole <SchedulesRole.Arn>',
        `scheduler:CreateSchedule ${schedules}`,
        `scheduler:DeleteSchedule ${schedules}`,
        ...works(notices),
        connections('POST'),
      ],
    },
    {
      name: 'upkeep',
      log: 'upkeeplog',
      may: [
        `dynamodb:DeleteItem ${directory}`,
        `dynamodb:GetItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:UpdateItem ${directory}`,
        ...works(releases),
        connections('POST'),
      ],
    },
    {
      name: 'EndpointLogRoleapigatewaylogrole',
      log: 'EndpointLogRoleapigatewaylogrolelog',
      may: [
        'apigateway:GET arn:<AWS::Partition>:apigateway:<AWS::Region>::/account',
        'apigateway:PATCH arn:<AWS::Partition>:apigateway:<AWS::Region>::/account',
        'iam:PassRole <EndpointLogRole.Arn>',
      ],
    },
  ])('$name may do $may.length things', ({ name, log, may }) => {
    expect(allowed.get(name)).toEqual([...may, ...ownLog(log)].toSorted());
  });

  test('there is no other function', () => {
    expect(allowed.size).toBe(13);
  });
});

test('the secret of tickets, where there is one, can be read by the function that admits, and by no other', async () => {
  const ticketed = allowedIn(
    await templateWith({
      'tandem.admission': 'ticket',
      'tandem.ticketIssuer': 'https://shop.example.org',
      'tandem.ticketSecret': 'shop/tickets',
    }),
  );
  const mayRead = [...ticketed].flatMap(([id, may]) =>
    may.filter((one) => one.startsWith('secretsmanager:')).map((one) => `${id}: ${one}`),
  );
  const secret = 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:shop/tickets-??????';
  expect(mayRead).toEqual([`account: secretsmanager:GetSecretValue ${secret}`]);
});

test('where there are applications, each function may do its part to the endpoints of this stage alone', async () => {
  const pushing = allowedIn(
    await templateWith({
      'tandem.apnsSecret': 'apple',
      'tandem.fcmSecret': 'google',
      'tandem.webPushSubject': 'mailto:push@example.org',
    }),
  );
  const more = (name: string) => {
    const before = new Set(allowed.get(name));
    return (pushing.get(name) ?? []).filter((one) => !before.has(one));
  };
  const endpoints = 'arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:endpoint/*/Tandem-dev/*';
  const key = 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:Tandem-dev/vapid-key-??????';
  expect(more('push')).toEqual([
    'sns:CreatePlatformEndpoint <PushApplicationsapns>',
    'sns:CreatePlatformEndpoint <PushApplicationsapnssandbox>',
    'sns:CreatePlatformEndpoint <PushApplicationsfcm>',
    `sns:GetEndpointAttributes ${endpoints}`,
    `sns:SetEndpointAttributes ${endpoints}`,
  ]);
  expect(more('notifier')).toEqual([
    `secretsmanager:GetSecretValue ${key}`,
    `sns:DeleteEndpoint ${endpoints}`,
    `sns:Publish ${endpoints}`,
  ]);
  expect(more('upkeep')).toEqual([`sns:DeleteEndpoint ${endpoints}`, `sns:GetEndpointAttributes ${endpoints}`]);
  for (const name of ['relay', 'pairing', 'account', 'deadline']) expect(more(name)).toEqual([]);
});

test('no role allows anything on *, or any action by a pattern', () => {
  const statements = policies.flatMap((policy) => policy.PolicyDocument.Statement);
  expect(statements.length).toBeGreaterThan(0);
  for (const { Action, Resource } of statements) {
    expect(Resource).not.toContain('*');
    expect(Action.filter((action) => action.includes('*'))).toEqual([]);
  }
});

test('no role has a policy of AWS, except the one under which the account’s API Gateway writes logs', () => {
  const managed = roles.filter(({ properties }) => properties['ManagedPolicyArns'] !== undefined);
  expect(managed).toMatchObject([
    {
      id: 'EndpointLogRole',
      properties: {
        ManagedPolicyArns: ['arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs'],
      },
    },
  ]);
  expect(roles.filter(({ properties }) => properties['Policies'] !== undefined)).toEqual([]);
});

test('only Scheduler can be passed the role of schedules, which may do no more than send to the notifier’s queue', () => {
  const passing = policies
    .flatMap((policy) => policy.PolicyDocument.Statement)
    .filter(({ Resource }) => Resource.includes('<SchedulesRole.Arn>'));
  expect(passing).toMatchObject([
    { Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } } },
  ]);
  const own = policies.filter(({ Roles }) => Roles.includes('<SchedulesRole>'));
  expect(own.flatMap((policy) => policy.PolicyDocument.Statement)).toEqual([
    { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [notices] },
  ]);
});

const trust = (service: string, Condition?: object) => ({
  Version: '2012-10-17',
  Statement: [
    { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service }, ...(Condition && { Condition }) },
  ],
});

test('a role can be assumed by Lambda alone, the logging role by API Gateway, that of schedules by Scheduler for its group', () => {
  const trusted = new Map(roles.map(({ id, properties }) => [id, properties['AssumeRolePolicyDocument']]));
  const { EndpointLogRole: logRole, SchedulesRole: scheduling, ...others } = Object.fromEntries(trusted);
  expect(logRole).toEqual(trust('apigateway.amazonaws.com'));
  expect(scheduling).toEqual(
    trust('scheduler.amazonaws.com', { ArnEquals: { 'aws:SourceArn': '<SchedulesGroup.Arn>' } }),
  );
  for (const other of Object.values(others)) expect(other).toEqual(trust('lambda.amazonaws.com'));
});
