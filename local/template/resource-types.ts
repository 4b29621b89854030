/**
 * What `Ref` and `Fn::GetAtt` give for each resource type that we serve, by the CloudFormation resource reference.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */

import { secretArn } from './secret-arn.ts';

/** A resource as its type sees it: where it is, what it is called, and its properties on demand. */
export type Self = {
  id: string;
  name: string;
  /** `service:region:account` of an ARN, for a service with regional resources. */
  regional: (service: string) => string;
  account: string;
  property: (name: string) => string | undefined;
};

type Value = (self: Self) => string;

export type ResourceType = {
  /** The property that names the resource; without one, CloudFormation makes a name of stack and logical id. */
  nameProperty?: string;
  ref: Value;
  attributes: Record<string, Value>;
};

const name: Value = (self) => self.name;
const logicalId: Value = (self) => self.id;

const functionArn: Value = (self) => `${self.regional('lambda')}:function:${self.name}`;
const policyArn: Value = (self) => `arn:aws:iam::${self.account}:policy/${self.name}`;
const tableArn: Value = (self) => `${self.regional('dynamodb')}:table/${self.name}`;
const topicArn: Value = (self) => `${self.regional('sns')}:${self.name}`;
const queueArn: Value = (self) => `${self.regional('sqs')}:${self.name}`;
const secret: Value = (self) => {
  const [, , , region = '', account = ''] = self.regional('secretsmanager').split(':');
  return secretArn({ region, account }, self.name);
};

const table: ResourceType = { nameProperty: 'TableName', ref: name, attributes: { Arn: tableArn } };

/** Resources that nothing but their own logical id names. */
const anonymous: ResourceType = { ref: logicalId, attributes: {} };

const types: Record<string, ResourceType> = {
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', ref: name, attributes: { Arn: functionArn } },
  'AWS::Lambda::EventSourceMapping': anonymous,
  'AWS::Lambda::Permission': anonymous,
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    ref: name,
    attributes: { Arn: (self) => `${self.regional('logs')}:log-group:${self.name}:*` },
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    ref: name,
    attributes: { Arn: (self) => `arn:aws:iam::${self.account}:role/${self.name}` },
  },
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    ref: policyArn,
    attributes: { PolicyArn: policyArn },
  },
  'AWS::IAM::Policy': { nameProperty: 'PolicyName', ref: name, attributes: {} },
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  // The endpoint of an API is where its gateway listens: whoever loads the template supplies ApiEndpoint.
  'AWS::ApiGatewayV2::Api': { ref: logicalId, attributes: { ApiId: logicalId } },
  'AWS::ApiGatewayV2::Stage': { ref: (self) => self.property('StageName') ?? self.id, attributes: {} },
  'AWS::ApiGatewayV2::Route': anonymous,
  'AWS::ApiGatewayV2::RouteResponse': anonymous,
  'AWS::ApiGatewayV2::Integration': anonymous,
  'AWS::ApiGatewayV2::IntegrationResponse': anonymous,
  'AWS::ApiGatewayV2::Deployment': anonymous,
  'AWS::ApiGatewayV2::Authorizer': { ref: logicalId, attributes: { AuthorizerId: logicalId } },
  'AWS::SNS::Topic': { nameProperty: 'TopicName', ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } },
  'AWS::SNS::Subscription': { ref: (self) => `${self.property('TopicArn')}:${self.id}`, attributes: {} },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    ref: queueUrl,
    attributes: { Arn: queueArn, QueueName: name, QueueUrl: queueUrl },
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    ref: name,
    attributes: { Arn: (self) => `${self.regional('scheduler')}:schedule-group/${self.name}` },
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    ref: name,
    attributes: {
      Arn: (self) => `${self.regional('scheduler')}:schedule/${self.property('GroupName') ?? 'default'}/${self.name}`,
    },
  },
  'AWS::SecretsManager::Secret': { nameProperty: 'Name', ref: secret, attributes: { Id: secret } },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    ref: name,
    attributes: { Arn: (self) => `${self.regional('cloudwatch')}:alarm:${self.name}` },
  },
};

function queueUrl(self: Self): string {
  const [, , , region, account] = queueArn(self).split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${self.name}`;
}

/** What is known of a resource type; one that is not listed has a name of its own and no attributes. */
export const resourceType = (type: string): ResourceType => types[type] ?? { ref: name, attributes: {} };

/** A resource that a function makes while the stack is deployed: nothing about it is known before that has run. */
export const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';
