import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { templateWith } from '../fixtures/stage.ts';
import { resourcesOf, synthesized } from './template.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const Statement = z.strictObject({ Effect: z.literal('Allow'), Action: oneOrMore, Resource: oneOrMore });
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
        `dynamodb:PutItem ${directory}`,
        `dynamodb:Query ${directory}`,
        `dynamodb:UpdateItem ${directory}`,
        `sqs:SendMessage ${closing}`,
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
      may: [`dynamodb:GetItem ${directory}`, ...works(notices), connections('POST')],
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
    expect(allowed.size).toBe(11);
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

const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service } }],
});

test('a role can be assumed by Lambda alone, the logging role by API Gateway alone', () => {
  const trusted = new Map(roles.map(({ id, properties }) => [id, properties['AssumeRolePolicyDocument']]));
  const { EndpointLogRole: logRole, ...others } = Object.fromEntries(trusted);
  expect(logRole).toEqual(trust('apigateway.amazonaws.com'));
  for (const other of Object.values(others)) expect(other).toEqual(trust('lambda.amazonaws.com'));
});
