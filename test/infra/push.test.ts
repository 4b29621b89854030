import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { templateWith } from '../fixtures/stage.ts';
import { resourcesOf, synthesized } from './template.ts';

const all = {
  'tandem.apnsSecret': 'chat/apple',
  'tandem.fcmSecret': 'chat/google',
  'tandem.webPushSubject': 'mailto:push@example.org',
};
const Outputs = z.object({ Outputs: z.object({ PushKinds: z.object({ Value: z.string() }) }) });
const kindsIn = (template: unknown): string => Outputs.parse(template).Outputs.PushKinds.Value;
const custom = (template: unknown) =>
  resourcesOf(template).filter(({ type }) => /^Custom::(PlatformApplication|VapidKey)$/.test(type));

const Statement = z.object({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() });
const Policy = z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }) });
const statementsOf = (template: unknown, part: string) =>
  resourcesOf(template, 'AWS::IAM::Policy')
    .filter(({ id }) => id.startsWith(`Push${part}`))
    .flatMap(({ properties }) => Policy.parse(properties).PolicyDocument.Statement)
    .filter(({ Action }) => !JSON.stringify(Action).includes('logs:'));

const sns = 'arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>';
const secret = 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret';
const secrets = (...names: string[]) => names.flatMap((name) => [`${secret}:${name}`, `${secret}:${name}-??????`]);
const applications = ['APNS', 'APNS_SANDBOX', 'GCM'].map((platform) => `${sns}:app/${platform}/Tandem-dev`);

describe('without any credentials', () => {
  test('nothing is made for push, and the deployer is told what to set for each kind', async () => {
    const template = await synthesized();
    expect(custom(template)).toEqual([]);
    expect(kindsIn(template)).toBe(
      'apns: off, set tandem.apnsSecret; apns_sandbox: off, set tandem.apnsSecret; fcm: off, set tandem.fcmSecret; webpush: off, set tandem.webPushSubject',
    );
  });
});

describe('with all of them', async () => {
  const template = await templateWith(all);

  test('the deployer is told that all is on', () => {
    expect(kindsIn(template)).toBe('apns: on; apns_sandbox: on; fcm: on; webpush: on');
  });

  test('an application is made for each platform, by the name of its secret', () => {
    const FailureTopicArn = '<PushFailures>';
    const apple = { SecretName: 'chat/apple', FailureTopicArn };
    expect(custom(template).map(({ properties }) => properties)).toMatchObject([
      { Platform: 'APNS', ApplicationArn: applications[0], ...apple },
      { Platform: 'APNS_SANDBOX', ApplicationArn: applications[1], ...apple },
      { Platform: 'GCM', ApplicationArn: applications[2], SecretName: 'chat/google', FailureTopicArn },
      { SecretName: 'Tandem-dev/vapid-key' },
    ]);
  });

  test('who makes them may do so with these three and read these two secrets', () => {
    expect(statementsOf(template, 'Applications')).toEqual([
      { Action: 'sns:CreatePlatformApplication', Resource: [`${sns}:app/`, ...applications] },
      {
        Action: ['sns:DeletePlatformApplication', 'sns:SetPlatformApplicationAttributes'],
        Resource: applications,
      },
      {
        Action: 'secretsmanager:GetSecretValue',
        Resource: secrets('chat/apple', 'chat/google'),
      },
    ]);
  });

  test('who makes the key for Web Push may make and read that one, and nobody may delete or change it', () => {
    expect(statementsOf(template, 'VapidKey')).toEqual([
      {
        Action: ['secretsmanager:CreateSecret', 'secretsmanager:GetSecretValue'],
        Resource: secrets('Tandem-dev/vapid-key'),
      },
    ]);
    expect(JSON.stringify(template)).not.toMatch(/secretsmanager:(Delete|Put|Update)/);
    expect(resourcesOf(template, 'AWS::SecretsManager::Secret')).toEqual([]);
  });
});
