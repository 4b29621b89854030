import {
  APIGatewayClient,
  GetAccountCommand,
  GetRestApisCommand,
  UpdateAccountCommand,
} from '@aws-sdk/client-api-gateway';
import { expect, test } from 'vitest';
import type { AwsOptions } from '../../../local/aws/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { standingClock } from '../../../local/movable-clock.ts';
import { allow, makeFolder, makeFunction, makeTemplate, startTestAws } from '../aws/aws.fixture.ts';

const account = 'arn:aws:apigateway:us-east-1::/account';
const roleArn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;

const makeRole = (name: string, service = 'apigateway.amazonaws.com'): Resource => ({
  id: name,
  type: 'AWS::IAM::Role',
  properties: {
    RoleName: name,
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
  },
});

const startAccount = async (resources: Resource[], options: Partial<AwsOptions> = {}) => {
  const aws = await startTestAws(makeTemplate(...resources), options);
  const clients: APIGatewayClient[] = [];
  return {
    ...aws,
    client: (functionId?: string) => {
      const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
      const client = new APIGatewayClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};

const setRole = (value: string) =>
  new UpdateAccountCommand({ patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value }] });

test('an account has no role until one is set, which it keeps, until it is removed', async () => {
  await using folder = await makeFolder();
  const set = async () => {
    await using started = await startAccount([makeRole('Logs')], { data: folder.path });
    const client = started.client();
    expect((await client.send(new GetAccountCommand({}))).cloudwatchRoleArn).toBeUndefined();
    expect((await client.send(setRole(roleArn('Logs')))).cloudwatchRoleArn).toBe(roleArn('Logs'));
  };
  await set();
  await using started = await startAccount([], { data: folder.path });
  const client = started.client();
  expect(await client.send(new GetAccountCommand({}))).toMatchObject({
    cloudwatchRoleArn: roleArn('Logs'),
    throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
  });
  await client.send(setRole(''));
  expect((await client.send(new GetAccountCommand({}))).cloudwatchRoleArn).toBeUndefined();
});

test('an account is updated once in 20 seconds at most ("Quotas for configuring and running a REST API")', async () => {
  const clock = standingClock(0);
  await using started = await startAccount([makeRole('Logs')], { clock });
  const client = started.client();
  await client.send(setRole(roleArn('Logs')));
  await clock.advance(19_999);
  await expect(client.send(setRole(''))).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  await clock.advance(1);
  await client.send(setRole(''));
});

test('unverified: only a role that API Gateway may assume can be set for the logs of the account', async () => {
  for (const role of [makeRole('Logs', 'lambda.amazonaws.com'), makeRole('Other')]) {
    await using started = await startAccount([role]);
    await expect(started.client().send(setRole(roleArn('Logs')))).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('grant trust permission for API Gateway'),
    });
  }
});

const denied = (action: string) => ({
  name: 'AccessDeniedException',
  message: expect.stringContaining(action),
  $metadata: { httpStatusCode: 403 },
});

test('to set a role takes apigateway:PATCH on the account, and iam:PassRole on the role to API Gateway', async () => {
  const patch = allow('apigateway:PATCH', account);
  const passTo = (service: string) =>
    allow('iam:PassRole', roleArn('Logs'), { StringEquals: { 'iam:PassedToService': service } });
  await using started = await startAccount([
    makeRole('Logs'),
    ...makeFunction('Setter', [patch, passTo('apigateway.amazonaws.com')]),
    ...makeFunction('Elsewhere', [patch, passTo('lambda.amazonaws.com')]),
    ...makeFunction('Reader', [allow('apigateway:GET', account)]),
  ]);
  const set = setRole(roleArn('Logs'));
  await expect(started.client('Elsewhere').send(set)).rejects.toMatchObject(denied('iam:PassRole'));
  await expect(started.client('Reader').send(set)).rejects.toMatchObject(denied('apigateway:PATCH'));
  await expect(started.client('Setter').send(new GetAccountCommand({}))).rejects.toMatchObject(
    denied('apigateway:GET'),
  );
  await started.client('Setter').send(set);
  expect((await started.client('Reader').send(new GetAccountCommand({}))).cloudwatchRoleArn).toBe(roleArn('Logs'));
});

test('what is not served is refused by its name', async () => {
  await using started = await startAccount([]);
  const client = started.client();
  await expect(client.send(new GetRestApisCommand({}))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: "The local cloud does not serve API Gateway's GET /restapis.",
  });
  const other = new UpdateAccountCommand({ patchOperations: [{ op: 'add', path: '/features', value: 'UsagePlans' }] });
  await expect(client.send(other)).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringContaining('/cloudwatchRoleArn'),
  });
});
