import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFunction, makeTable, makeTemplate, startTestAws, tableArn } from './aws.fixture.ts';

const scan = new ScanCommand({ TableName: 'Notes' });
const document = { Version: '2012-10-17', Statement: allow('dynamodb:Scan', tableArn('Notes')) };
const account = 'arn:aws:iam::000000000000';

/** A function whose role has the properties, beside other resources. */
const reader = (role: Record<string, unknown>, ...others: Resource[]) =>
  makeTemplate(
    makeTable('Notes'),
    {
      id: 'Reader',
      type: 'AWS::Lambda::Function',
      properties: { Role: `${account}:role/reader`, FunctionName: 'read' },
    },
    { id: 'ReaderRole', type: 'AWS::IAM::Role', properties: { RoleName: 'reader', ...role } },
    ...others,
  );

const managed = (properties: Record<string, unknown>): Resource => ({
  id: 'Managed',
  type: 'AWS::IAM::ManagedPolicy',
  properties: { PolicyDocument: document, ...properties },
});

const basic = { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] };

test.each([
  ['in the role itself', reader({ Policies: [{ PolicyName: 'own', PolicyDocument: document }] })],
  ['in a managed policy that names the role', reader({}, managed({ Roles: ['reader'] }))],
  [
    'in a managed policy that the role names',
    reader({ ManagedPolicyArns: [`${account}:policy/Test-Managed`] }, managed({})),
  ],
  [
    'in a managed policy by its name',
    reader({ ManagedPolicyArns: [`${account}:policy/m`] }, managed({ ManagedPolicyName: 'm' })),
  ],
])('a statement grants %s', async (_where, template) => {
  await using aws = await startTestAws(template);
  expect((await aws.dynamodb('Reader').send(scan)).Count).toBe(0);
});

test.each([
  ["a managed policy of another role's", reader({}, managed({ Roles: ['writer'] }))],
  ["the cloud's own policy for logs", reader(basic)],
])('%s does not grant a table', async (_which, template) => {
  await using aws = await startTestAws(template);
  await expect(aws.dynamodb('Reader').send(scan)).rejects.toThrow(
    'User: arn:aws:sts::000000000000:assumed-role/reader/read is not authorized to perform: dynamodb:Scan',
  );
});

test.each([
  [
    { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
    'AdministratorAccess, whose grants are not known here',
  ],
  [{ PermissionsBoundary: `${account}:policy/limit` }, 'Permissions boundaries are not evaluated here'],
  [
    { Policies: [{ PolicyDocument: { Statement: { ...allow('*', '*'), Effect: 'Maybe' } } }] },
    'AWS::IAM::Role ReaderRole',
  ],
  [{ RoleName: 'other' }, `The role ${account}:role/reader is not in the template.`],
])('a role that cannot be understood fails the call and says why: %j', async (role, why) => {
  await using aws = await startTestAws(reader(role));
  await expect(aws.dynamodb('Reader').send(scan)).rejects.toThrow(why);
  expect(aws.reports.join('\n')).toContain(why);
});

test('a policy that names what has yet to run grants once it can be read', async () => {
  const made: string[] = [];
  const later: Resource = {
    id: 'Later',
    type: 'AWS::IAM::Policy',
    get properties() {
      if (made.length === 0) throw new Error('What Custom refers to is known once it has run.');
      return { PolicyDocument: { Statement: [allow('dynamodb:Scan', made)] }, Roles: ['reader'] };
    },
  };
  await using aws = await startTestAws(reader({}, later));
  await expect(aws.dynamodb('Reader').send(scan)).rejects.toThrow('not authorized');
  expect(aws.reports[0]).toMatch(/or a policy that cannot be read yet: Later: What Custom refers to is known once/);
  made.push(tableArn('Notes'));
  expect((await aws.dynamodb('Reader').send(scan)).Count).toBe(0);
});

test('a function that the template does not have has no credentials', async () => {
  await using aws = await startTestAws(makeTemplate(...makeFunction('Reader', [])));
  expect(() => aws.credentials('Writer')).toThrow('The template has no function Writer.');
});
