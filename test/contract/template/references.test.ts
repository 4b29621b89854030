import { expect, test } from 'vitest';
import { evaluate, loadSections } from './assembly.fixture.ts';

const here = 'us-east-1:000000000000';

/** Type, what Ref gives for an unnamed resource `Thing` of the stack `Shop`, and what its attributes give. */
const references: [type: string, ref: string, attributes: Record<string, string>][] = [
  ['AWS::Lambda::Function', 'Shop-Thing', { Arn: `arn:aws:lambda:${here}:function:Shop-Thing` }],
  ['AWS::IAM::Role', 'Shop-Thing', { Arn: 'arn:aws:iam::000000000000:role/Shop-Thing' }],
  ['AWS::IAM::ManagedPolicy', 'arn:aws:iam::000000000000:policy/Shop-Thing', {}],
  ['AWS::DynamoDB::Table', 'Shop-Thing', { Arn: `arn:aws:dynamodb:${here}:table/Shop-Thing` }],
  ['AWS::DynamoDB::GlobalTable', 'Shop-Thing', { Arn: `arn:aws:dynamodb:${here}:table/Shop-Thing` }],
  ['AWS::ApiGatewayV2::Api', 'Thing', { ApiId: 'Thing' }],
  ['AWS::ApiGatewayV2::Route', 'Thing', {}],
  ['AWS::ApiGatewayV2::Integration', 'Thing', {}],
  ['AWS::ApiGatewayV2::Authorizer', 'Thing', { AuthorizerId: 'Thing' }],
  [
    'AWS::SNS::Topic',
    `arn:aws:sns:${here}:Shop-Thing`,
    { TopicArn: `arn:aws:sns:${here}:Shop-Thing`, TopicName: 'Shop-Thing' },
  ],
  [
    'AWS::SQS::Queue',
    'https://sqs.us-east-1.amazonaws.com/000000000000/Shop-Thing',
    { Arn: `arn:aws:sqs:${here}:Shop-Thing`, QueueName: 'Shop-Thing' },
  ],
  ['AWS::Logs::LogGroup', 'Shop-Thing', { Arn: `arn:aws:logs:${here}:log-group:Shop-Thing:*` }],
  ['AWS::Scheduler::ScheduleGroup', 'Shop-Thing', { Arn: `arn:aws:scheduler:${here}:schedule-group/Shop-Thing` }],
  ['AWS::SecretsManager::Secret', `arn:aws:secretsmanager:${here}:secret:Shop-Thing-OCMugs`, {}],
  ['AWS::CloudWatch::Alarm', 'Shop-Thing', { Arn: `arn:aws:cloudwatch:${here}:alarm:Shop-Thing` }],
];

test.each(references)(
  'a Ref to %s gives %s, and its attributes follow the reference',
  async (Type, ref, attributes) => {
    const Resources = { Thing: { Type } };
    expect(await evaluate({ Ref: 'Thing' }, { Resources })).toBe(ref);
    for (const [attribute, value] of Object.entries(attributes)) {
      expect(await evaluate({ 'Fn::GetAtt': ['Thing', attribute] }, { Resources })).toBe(value);
      expect(await evaluate({ 'Fn::GetAtt': `Thing.${attribute}` }, { Resources })).toBe(value);
    }
  },
);

test('a resource with a name is referred to by it', async () => {
  const Stage = { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: 'v1' } };
  const Table = {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: { TableName: { 'Fn::Sub': '${AWS::StackName}-mail' } },
  };
  const Resources = { Stage, Table };
  expect(await evaluate({ Ref: 'Stage' }, { Resources })).toBe('v1');
  expect(await evaluate({ 'Fn::GetAtt': ['Table', 'Arn'] }, { Resources })).toBe(
    `arn:aws:dynamodb:${here}:table/Shop-mail`,
  );
});

test('a resource that the template leaves unnamed has the name that a Ref to it gives', async () => {
  const { resources } = await loadSections({ Resources: { Mail: { Type: 'AWS::DynamoDB::GlobalTable' } } });
  expect(resources.get('Mail')?.properties).toEqual({ TableName: 'Shop-Mail' });
});

test('what only a running cloud knows is supplied by whoever loads the template', async () => {
  const Api = { Type: 'AWS::ApiGatewayV2::Api' };
  const Probe = { Type: 'Test::Probe', Properties: { endpoint: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } } };
  const { resources } = await loadSections({ Resources: { Api, Probe } }, ({ id, type }, name) =>
    id === 'Api' && type === Api.Type && name === 'ApiEndpoint' ? 'ws://127.0.0.1:1' : undefined,
  );
  expect(resources.get('Probe')?.properties).toEqual({ endpoint: 'ws://127.0.0.1:1' });
});

test('a custom resource stands in the way only until it has run', async () => {
  const made: { arn?: string } = {};
  const Made = { Type: 'Custom::Application' };
  const Probe = { Type: 'Test::Probe', Properties: { application: { 'Fn::GetAtt': ['Made', 'Arn'] } } };
  const { resources } = await loadSections({ Resources: { Made, Probe } }, ({ id }, name) =>
    id === 'Made' && name === 'Arn' ? made.arn : undefined,
  );
  const probe = resources.get('Probe');
  expect(() => probe?.properties).toThrow('Arn of Made (Custom::Application) is known once it has run');
  made.arn = 'arn:made';
  expect(probe?.properties).toEqual({ application: 'arn:made' });
  await expect(evaluate({ Ref: 'Made' }, { Resources: { Made } })).rejects.toThrow('known once it has run');
});

test('an attribute that is not known is refused with its type and name', async () => {
  const Resources = { Thing: { Type: 'AWS::EC2::Instance' } };
  const value = { 'Fn::GetAtt': ['Thing', 'PublicIp'] };
  await expect(evaluate(value, { Resources })).rejects.toThrow(
    'PublicIp of Thing (AWS::EC2::Instance) is not an attribute',
  );
});
