import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadTemplate } from '../../../local/template/index.ts';
import { temporaryFolder } from './assembly.fixture.ts';

beforeAll(() => void vi.stubEnv('CDK_VALIDATION', 'false'));
afterAll(() => void vi.unstubAllEnvs());
const attributes = () => undefined;

test('a stack that the CDK synthesized is read whole, and a function leads to its bundle', async () => {
  await using folder = await temporaryFolder();
  const source = join(folder.path, 'bundle');
  await mkdir(source);
  await writeFile(join(source, 'index.mjs'), 'export const handler = () => 1;');
  const app = new App({ outdir: join(folder.path, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Shop', { stackName: 'shop-test' });
  const code = Code.fromAsset(source);
  const options = { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code };
  const environment = { STACK: stack.stackName, REGION: stack.region };
  const { functionArn, role } = new LambdaFunction(stack, 'One', { ...options, environment });
  const properties = { functionArn, roleArn: role?.roleArn };
  const probe = new CfnResource(stack, 'Probe', { type: 'Test::Probe', properties });
  app.synth();

  const template = await loadTemplate(join(folder.path, 'cdk.out'), { attributes });

  expect(template).toMatchObject({ stack: 'shop-test', region: 'us-east-1', account: '000000000000' });
  const resources = [...template.resources.values()];
  const one = resources.find(({ type }) => type === 'AWS::Lambda::Function');
  const [asset] = template.assets;
  expect(one?.properties).toMatchObject({
    FunctionName: `shop-test-${one?.id}`,
    Environment: { Variables: { STACK: 'shop-test', REGION: 'us-east-1' } },
    Code: { S3Bucket: 'cdk-hnb659fds-assets-000000000000-us-east-1', S3Key: asset?.[0] },
  });
  await expect(access(join(asset?.[1] ?? '', 'index.mjs'))).resolves.toBeUndefined();
  expect(template.resources.get(stack.getLogicalId(probe))?.properties).toEqual({
    functionArn: `arn:aws:lambda:us-east-1:000000000000:function:shop-test-${one?.id}`,
    roleArn: `arn:aws:iam::000000000000:role/shop-test-${resources.find(({ type }) => type === 'AWS::IAM::Role')?.id}`,
  });
});

test('a folder that holds no synthesized app is refused with what to do', async () => {
  await using folder = await temporaryFolder();
  await expect(loadTemplate(folder.path, { attributes })).rejects.toThrow(
    /no .*manifest\.json: synthesize the app first/,
  );
});

test('an app of two stacks is refused with their names', async () => {
  await using folder = await temporaryFolder();
  const artifact = { type: 'aws:cloudformation:stack', properties: { templateFile: 'x.json' } };
  const manifest = JSON.stringify({ artifacts: { One: artifact, Two: artifact } });
  await writeFile(join(folder.path, 'manifest.json'), manifest);
  await expect(loadTemplate(folder.path, { attributes })).rejects.toThrow('exactly one stack, and');
  await expect(loadTemplate(folder.path, { attributes })).rejects.toThrow('One, Two');
});
