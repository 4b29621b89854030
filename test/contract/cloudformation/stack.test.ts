/** What CloudFormation tells of a stack (CloudFormation API Reference, "DescribeStacks" and "ListStackResources"). */
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { allow, makeFunction, makeTemplate, startTestAws } from '../aws/aws.fixture.ts';
import { loadSections } from '../template/assembly.fixture.ts';

const stackId = 'arn:aws:cloudformation:us-east-1:000000000000:stack/Shop/Shop';

const table = { Type: 'AWS::DynamoDB::GlobalTable', Properties: { TableName: 'Orders' } };
const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } };

const start = async (sections: Parameters<typeof loadSections>[0], functionStatements: readonly unknown[] = []) => {
  const { description } = await loadSections(sections);
  const template = { ...makeTemplate(...makeFunction('Reader', functionStatements)), description };
  const aws = await startTestAws(template);
  const clients: CloudFormationClient[] = [];
  return {
    ...aws,
    client: (functionId?: string) => {
      const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
      const client = new CloudFormationClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};

test('a stack is deployed under its ARN, and tells its outputs as they come out', async () => {
  const Outputs = {
    Where: { Value: { 'Fn::Join': ['/', ['tables', { Ref: 'Table' }]] }, Description: 'Where <orders> are.' },
    Region: { Value: { Ref: 'AWS::Region' } },
  };
  await using aws = await start({ Resources: { Table: table }, Outputs });
  for (const StackName of ['Shop', stackId]) {
    const { Stacks } = await aws.client().send(new DescribeStacksCommand({ StackName }));
    expect(Stacks).toMatchObject([
      {
        StackId: stackId,
        StackName: 'Shop',
        StackStatus: 'CREATE_COMPLETE',
        CreationTime: expect.any(Date),
        Outputs: [
          { OutputKey: 'Where', OutputValue: 'tables/Orders', Description: 'Where <orders> are.' },
          { OutputKey: 'Region', OutputValue: 'us-east-1' },
        ],
      },
    ]);
  }
});

test('a resource has the physical id that a Ref gives', async () => {
  await using aws = await start({ Resources: { Table: table, Role: role } });
  const { StackResourceSummaries } = await aws.client().send(new ListStackResourcesCommand({ StackName: 'Shop' }));
  expect(StackResourceSummaries).toMatchObject([
    {
      LogicalResourceId: 'Table',
      PhysicalResourceId: 'Orders',
      ResourceType: 'AWS::DynamoDB::GlobalTable',
      ResourceStatus: 'CREATE_COMPLETE',
    },
    { LogicalResourceId: 'Role', PhysicalResourceId: 'Shop-Role', ResourceType: 'AWS::IAM::Role' },
  ]);
});

test('a custom resource that has not run has no physical id', async () => {
  await using aws = await start({ Resources: { Late: { Type: 'Custom::Late' } } });
  const { StackResourceSummaries } = await aws.client().send(new ListStackResourcesCommand({ StackName: 'Shop' }));
  expect(StackResourceSummaries?.map(({ PhysicalResourceId: id }) => id)).toEqual([undefined]);
});

test('more than 100 resources come in pages', async () => {
  const Resources = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`Role${i}`, role]));
  await using aws = await start({ Resources });
  const pages = await Array.fromAsync(
    paginateListStackResources({ client: aws.client() }, { StackName: 'Shop' }),
    ({ StackResourceSummaries = [] }) => StackResourceSummaries.length,
  );
  expect(pages).toEqual([100, 1]);
});

test('a stack of another name does not exist', async () => {
  await using aws = await start({ Resources: {} });
  await expect(aws.client().send(new DescribeStacksCommand({ StackName: 'Other' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id Other does not exist',
  });
});

test('each operation takes the permission of its name on the stack', async () => {
  await using aws = await start({ Resources: {} }, [allow('cloudformation:DescribeStacks', stackId)]);
  const client = aws.client('Reader');
  await client.send(new DescribeStacksCommand({ StackName: 'Shop' }));
  await expect(client.send(new ListStackResourcesCommand({ StackName: 'Shop' }))).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
});

test('what is not served is refused by its name', async () => {
  await using aws = await start({ Resources: {} });
  await expect(aws.client().send(new DeleteStackCommand({ StackName: 'Shop' }))).rejects.toMatchObject({
    name: 'InvalidAction',
    message: "The local cloud does not serve CloudFormation's DeleteStack.",
  });
});
