import { expect, test } from 'vitest';
import { evaluate, loadSections } from './assembly.fixture.ts';

const Conditions = {
  Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
  No: { 'Fn::Not': [{ Condition: 'Yes' }] },
  Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
  Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
};

test.each([
  ['AWS::Region', 'us-east-1'],
  ['AWS::AccountId', '000000000000'],
  ['AWS::Partition', 'aws'],
  ['AWS::URLSuffix', 'amazonaws.com'],
  ['AWS::StackName', 'Shop'],
  ['AWS::StackId', 'arn:aws:cloudformation:us-east-1:000000000000:stack/Shop/Shop'],
])('the pseudo parameter %s is %s', async (name, value) => {
  expect(await evaluate({ Ref: name })).toBe(value);
});

test('functions inside functions are resolved from the inside', async () => {
  const value = { 'Fn::Select': [1, { 'Fn::Split': ['-', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] }] }] };
  expect(await evaluate(value)).toBe('us');
});

test('Fn::Sub fills in references, attributes and its own variables, and leaves ${!literals} alone', async () => {
  const Resources = { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'wake-ups' } } };
  const plain = { 'Fn::Sub': '${AWS::Region}/${Topic.TopicName}/${!kept}' };
  const withVariables = { 'Fn::Sub': ['${own} in ${AWS::Region}', { own: { Ref: 'AWS::StackName' } }] };
  expect(await evaluate(plain, { Resources })).toBe('us-east-1/wake-ups/${kept}');
  expect(await evaluate(withVariables)).toBe('Shop in us-east-1');
});

test.each([
  ['Yes', 'then'],
  ['No', 'else'],
  ['Both', 'else'],
  ['Either', 'then'],
])('Fn::If of the condition %s takes the branch %s', async (condition, branch) => {
  expect(await evaluate({ 'Fn::If': [condition, 'then', 'else'] }, { Conditions })).toBe(branch);
});

test('Fn::If does not look at the branch that is not taken', async () => {
  expect(await evaluate({ 'Fn::If': ['Yes', 1, { Ref: 'Nowhere' }] }, { Conditions })).toBe(1);
});

test('what is AWS::NoValue is left out of objects and lists', async () => {
  const nothing = { Ref: 'AWS::NoValue' };
  expect(await evaluate({ list: ['a', nothing], kept: 'b', gone: nothing })).toEqual({ list: ['a'], kept: 'b' });
});

test('Fn::FindInMap reads the mapping at the keys that it resolves to', async () => {
  const Mappings = { Sizes: { 'us-east-1': { small: 3 } } };
  expect(await evaluate({ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, { Mappings })).toBe(3);
  await expect(evaluate({ 'Fn::FindInMap': ['Sizes', 'moon', 'small'] }, { Mappings })).rejects.toThrow(
    'Sizes.moon.small',
  );
});

test('a parameter is its default, and one without a default is refused by name', async () => {
  const Parameters = { BootstrapVersion: { Type: 'String', Default: '/cdk/version' }, Secret: { Type: 'String' } };
  expect(await evaluate({ Ref: 'BootstrapVersion' }, { Parameters })).toBe('/cdk/version');
  await expect(evaluate({ Ref: 'Secret' }, { Parameters })).rejects.toThrow('The parameter Secret has no default');
});

test.each([
  [{ 'Fn::ImportValue': 'Other:Export' }, /Fn::ImportValue of "Other:Export".*one stack/],
  [{ 'Fn::GetAZs': '' }, 'Fn::GetAZs is not served'],
  [{ Ref: 'Nowhere' }, 'no resource, parameter or pseudo parameter Nowhere'],
  [{ 'Fn::If': ['Unknown', 1, 2] }, 'no condition Unknown'],
  [{ 'Fn::Join': ['', 'text'] }, 'Fn::Join needs a list'],
  [{ 'Fn::Select': [3, ['a']] }, 'Fn::Select finds nothing at 3'],
])('%j is refused by name, with the place where it stands', async (value, message) => {
  await expect(evaluate(value)).rejects.toThrow(message);
  await expect(evaluate(value)).rejects.toThrow('Probe value: ');
});

test('an IAM statement keeps its Condition, which is no intrinsic function', async () => {
  const statement = { Condition: { StringEquals: { 'aws:PrincipalOrgID': { Ref: 'AWS::AccountId' } } } };
  expect(await evaluate(statement)).toEqual({ Condition: { StringEquals: { 'aws:PrincipalOrgID': '000000000000' } } });
});

test('a resource whose condition does not hold is not there, and cannot be referred to', async () => {
  const Hidden = { Type: 'AWS::SNS::Topic', Condition: 'No' };
  const Shown = { Type: 'AWS::SNS::Topic', Condition: 'Yes' };
  const { resources } = await loadSections({ Conditions, Resources: { Hidden, Shown } });
  expect([...resources.keys()]).toEqual(['Shown']);
  await expect(evaluate({ Ref: 'Hidden' }, { Conditions, Resources: { Hidden } })).rejects.toThrow('condition No');
});

const topicNamedAfter = (other: string) => ({
  Type: 'AWS::SNS::Topic',
  Properties: { TopicName: { 'Fn::GetAtt': [other, 'TopicName'] } },
});

test('names that refer to each other in a circle are reported with the way around', async () => {
  const { resources } = await loadSections({ Resources: { One: topicNamedAfter('Two'), Two: topicNamedAfter('One') } });
  expect(() => resources.get('One')?.properties).toThrow('Two.TopicName → One.TopicName → Two.TopicName');
});

test('conditions that refer to each other in a circle are reported with the way around', async () => {
  const circle = { One: { 'Fn::Not': [{ Condition: 'Two' }] }, Two: { 'Fn::Not': [{ Condition: 'One' }] } };
  const value = { 'Fn::If': ['One', 1, 2] };
  await expect(evaluate(value, { Conditions: circle })).rejects.toThrow(
    'condition One → condition Two → condition One',
  );
});
