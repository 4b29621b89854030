/** The policies of topics and functions, for services and for roles (IAM User Guide, "Policy evaluation logic"). */
import { expect, test } from 'vitest';
import { accessControl, readResourcePolicies, roleCaller, serviceCaller } from '../../../local/aws/iam/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFunction, makeTemplate } from './aws.fixture.ts';

const topic = 'arn:aws:sns:us-east-1:000000000000:Wakeups';
const notifier = 'arn:aws:lambda:us-east-1:000000000000:function:Notifier';
const role = 'arn:aws:iam::000000000000:role/Test-SenderRole';

const topicPolicy = (...statements: unknown[]): Resource => ({
  id: 'TopicPolicy',
  type: 'AWS::SNS::TopicPolicy',
  properties: { Topics: [topic], PolicyDocument: { Statement: statements } },
});
const permission = (properties: Record<string, unknown>): Resource => ({
  id: 'Permission',
  type: 'AWS::Lambda::Permission',
  properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: 'Notifier',
    Principal: 'sns.amazonaws.com',
    ...properties,
  },
});

const evaluate = (...resources: Resource[]) => {
  const template = makeTemplate(...resources);
  const demand = accessControl(readResourcePolicies(template), () => undefined);
  return {
    publish: () => demand(roleCaller(template, role, 's'), { action: 'sns:Publish', resource: topic, context: {} }),
    invoke: (by = serviceCaller('sns.amazonaws.com', topic)) =>
      demand(by, { action: 'lambda:InvokeFunction', resource: notifier, context: {} }),
  };
};

test('a topic’s policy allows a role that it names', () => {
  const policy = { ...allow('sns:Publish', topic), Principal: { AWS: role } };
  expect(evaluate(topicPolicy(policy), ...makeFunction('Sender', [])).publish).not.toThrow();
  expect(evaluate(...makeFunction('Sender', [])).publish).toThrow('because no identity-based policy allows');
});

test('a topic’s policy that denies wins over the role’s', () => {
  const sender = makeFunction('Sender', [allow('sns:*', '*')]);
  const deny = { ...allow('sns:Publish', topic), Effect: 'Deny', Principal: { AWS: '*' } };
  const unless = { ...deny, Condition: { StringNotEquals: { 'aws:PrincipalArn': role } } };
  expect(evaluate(...sender).publish).not.toThrow();
  expect(evaluate(topicPolicy(deny), ...sender).publish).toThrow('with an explicit deny in a resource-based policy');
  expect(evaluate(topicPolicy(unless), ...sender).publish).not.toThrow();
});

test.each([
  ['any topic', {}],
  ['the topic', { SourceArn: topic }],
  ['the account’s topics', { SourceArn: 'arn:aws:sns:us-east-1:000000000000:*', SourceAccount: '000000000000' }],
  ['the function by its ARN', { FunctionName: notifier, SourceArn: topic }],
])('a permission for %s lets a topic invoke (AWS::Lambda::Permission)', (_what, properties) => {
  expect(evaluate(permission(properties)).invoke).not.toThrow();
});

test.each([
  ['another topic', { SourceArn: `${topic}2` }],
  ['another account', { SourceAccount: '111111111111' }],
  ['another service', { Principal: 'events.amazonaws.com' }],
  ['another function', { FunctionName: 'Other' }],
  ['another action', { Action: 'lambda:GetFunction' }],
])('a permission for %s does not', (_what, properties) => {
  expect(evaluate(permission(properties)).invoke).toThrow('because no resource-based policy allows');
});

test('several permissions of one function add up', () => {
  const other = { ...permission({ SourceArn: `${topic}2` }), id: 'Other' };
  expect(evaluate(other, permission({ SourceArn: topic })).invoke).not.toThrow();
});
