import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const GetArn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

const role = (service: string, ...statements: unknown[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
    },
    Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }],
  },
});

const consume = {
  Effect: 'Allow',
  Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  Resource: GetArn('Jobs'),
};

const Resources = {
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'api', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
  Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev' } },
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } },
  Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: {} },
  WakeRole: role('scheduler.amazonaws.com', { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: GetArn('Jobs') }),
  ConsumerRole: role('lambda.amazonaws.com', consume),
  Consumer: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: 'consumer.zip' },
      Environment: {
        Variables: { QUEUE_URL: { Ref: 'Jobs' }, GROUP: { Ref: 'Group' }, WAKE_ROLE: GetArn('WakeRole') },
      },
      Handler: 'index.handler',
      Role: GetArn('ConsumerRole'),
      Runtime: 'nodejs24.x',
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: GetArn('Jobs'), FunctionName: { Ref: 'Consumer' } },
  },
};

/** The function says what it got; asked anything else, it tells its environment. */
const source = `
  export const handler = async ({ Records }) => {
    if (Records === undefined) return process.env;
    for (const { body } of Records) console.log('got ' + body);
  };
`;

/** Writes an assembly as the CDK lays it out: a queue that a function consumes, and what makes schedules for it. */
export const writeAssembly = async (folder: string): Promise<void> => {
  await mkdir(join(folder, 'asset.consumer'));
  const assets = {
    version: '54.0.0',
    files: {
      consumer: {
        source: { path: 'asset.consumer', packaging: 'zip' },
        destinations: { here: { bucketName: 'assets', objectKey: 'consumer.zip' } },
      },
    },
  };
  const artifacts = {
    Shop: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Shop.template.json' } },
    'Shop.assets': { type: 'cdk:asset-manifest', properties: { file: 'Shop.assets.json' } },
  };
  const files = {
    'asset.consumer/index.mjs': source,
    'Shop.template.json': JSON.stringify({ Resources }),
    'Shop.assets.json': JSON.stringify(assets),
    'manifest.json': JSON.stringify({ version: '54.0.0', artifacts }),
  };
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)));
};
