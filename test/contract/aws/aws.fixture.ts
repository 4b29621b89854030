import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Aws, type AwsCall, type AwsOptions, startAws } from '../../../local/aws/index.ts';
import { systemClock } from '../../../local/clock.ts';
import type { Resource, Template } from '../../../local/template/model.ts';

const region = 'us-east-1';
const account = '000000000000';

export const makeTemplate = (...resources: Resource[]): Template => ({
  stack: 'Test',
  region,
  account,
  resources: new Map(resources.map((resource) => [resource.id, resource])),
  assets: new Map(),
});

/** A table with the keys `pk` and `sk`, and with the items' `ttl` as their time to live. */
export const makeTable = (name: string, properties: Record<string, unknown> = {}): Resource => ({
  id: name,
  type: 'AWS::DynamoDB::GlobalTable',
  properties: {
    TableName: name,
    AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    ...properties,
  },
});

export const tableArn = (name: string) => `arn:aws:dynamodb:${region}:${account}:table/${name}`;

export const allow = (action: string | string[], resource: string | string[], condition?: unknown) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...(condition === undefined ? {} : { Condition: condition }),
});

/** A function, its role, and the role's policy with the statements, as the CDK writes them. */
export const makeFunction = (id: string, statements: readonly unknown[]): Resource[] => {
  const role = `Test-${id}Role`;
  return [
    { id, type: 'AWS::Lambda::Function', properties: { Role: `arn:aws:iam::${account}:role/${role}` } },
    { id: `${id}Role`, type: 'AWS::IAM::Role', properties: {} },
    {
      id: `${id}Policy`,
      type: 'AWS::IAM::Policy',
      properties: { PolicyDocument: { Version: '2012-10-17', Statement: statements }, Roles: [role] },
    },
  ];
};

export type TestAws = Aws & {
  calls: AwsCall[];
  reports: string[];
  /** A DynamoDB client with the credentials of a function, or the operator's. */
  dynamodb: (functionId?: string) => DynamoDBClient;
};

export const startTestAws = async (template: Template, options: Partial<AwsOptions> = {}): Promise<TestAws> => {
  const reports: string[] = [];
  const report = (line: string) => void reports.push(line);
  const aws = await startAws({ template, port: 0, data: undefined, clock: systemClock, report, ...options });
  const calls: AwsCall[] = [];
  aws.onCall((call) => calls.push(call));
  const clients: DynamoDBClient[] = [];
  return {
    ...aws,
    calls,
    reports,
    dynamodb: (functionId) => {
      const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
      const client = new DynamoDBClient({ endpoint: aws.url, region, credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};

/** A new folder that is removed in the end. */
export const makeFolder = async (): Promise<AsyncDisposable & { path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'tandem-aws-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
