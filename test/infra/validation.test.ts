import { Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { startApp } from '../fixtures/stage.ts';

/** An app that cdk-nag checks; `npm run synth` applies the CDK's own rules beside. */
const startCheckedApp = async (settings: Record<string, unknown> = {}) => {
  const started = await startApp(settings);
  Validations.of(started.app).addPlugins(new AwsSolutionsChecks(started.app));
  return started;
};

const push = {
  'tandem.apnsSecret': 'apple',
  'tandem.fcmSecret': 'google',
  'tandem.webPushSubject': 'mailto:push@example.org',
};

test.for([
  { what: 'as it is', settings: {} },
  { what: 'with all kinds of push', settings: push },
])('the app has no finding that is not acknowledged with its reason: $what', async ({ settings }) => {
  await using checked = await startCheckedApp(settings);
  expect(() => checked.app.synth()).not.toThrow();
});

test('a finding that nobody has acknowledged stops the synthesis', async () => {
  await using checked = await startCheckedApp();
  const role = new Role(checked.app.stack, 'Careless', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: ['*'] }));
  expect(() => checked.app.synth()).toThrow('AwsSolutions-IAM5[Resource::*]');
});
