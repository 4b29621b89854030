import { cp, mkdtempDisposable, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APIGatewayClient, GetAccountCommand, UpdateAccountCommand } from '@aws-sdk/client-api-gateway';
import { expect, inject, test } from 'vitest';
import * as z from 'zod/mini';
import { type Cloud, runningClock } from '#local';
import { startTestCloud } from '../fixtures/world.ts';

const Template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

/** The account as its owner sees it. */
const openAccount = ({ aws }: Pick<Cloud, 'aws'>) => {
  const client = new APIGatewayClient({ endpoint: aws.url, region: 'us-east-1', credentials: aws.operator });
  return {
    role: async () => (await client.send(new GetAccountCommand({}))).cloudwatchRoleArn,
    setRole: async (value: string) => {
      const patchOperations = [{ op: 'replace' as const, path: '/cloudwatchRoleArn', value }];
      await client.send(new UpdateAccountCommand({ patchOperations }));
    },
    [Symbol.dispose]: () => client.destroy(),
  };
};

/** How often the function behind the custom resource ran. */
const runs = ({ lambda }: Pick<Cloud, 'lambda'>): number | undefined =>
  [...lambda.functions].find(([name]) => name.includes('apigatewaylogrole'))?.[1].invocations;

test("it sets the account's role for logs once, when it is first deployed", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-log-role-'));
  const first = async () => {
    await using cloud = await startTestCloud({ data: folder.path });
    using account = openAccount(cloud);
    expect(runs(cloud)).toBe(1);
    return await account.role();
  };
  const role = await first();
  expect(role).toMatch(/^arn:aws:iam::000000000000:role\/Tandem-dev-.*LogRole/);

  await using cloud = await startTestCloud({ data: folder.path });
  using account = openAccount(cloud);
  expect(runs(cloud)).toBe(0);
  expect(await account.role()).toBe(role);
});

test('it leaves a role alone that the account has already', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'tandem-log-role-'));
  const data = join(folder.path, 'data');
  const app = join(folder.path, 'app');
  await cp(inject('app'), app, { recursive: true });
  const file = join(app, 'Tandem-dev.template.json');
  const template = Template.parse(JSON.parse(await readFile(file, 'utf8')));
  const trust = { Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const Properties = { RoleName: 'theirs', AssumeRolePolicyDocument: { Statement: [trust] } };
  const Resources = { ...template.Resources, Theirs: { Type: 'AWS::IAM::Role', Properties } };
  await writeFile(file, JSON.stringify({ ...template, Resources }));
  const theirs = 'arn:aws:iam::000000000000:role/theirs';
  const clock = runningClock();
  const before = async () => {
    await using cloud = await startTestCloud({ app, data, clock });
    using account = openAccount(cloud);
    // The account can be updated every 20 seconds only.
    await clock.advance(20_000);
    await account.setRole(theirs);
  };
  await before();
  // As another deployment, which knows nothing of the first one.
  await Promise.all(
    ['', '-wal', '-shm'].map((end) => rm(join(data, `custom-resources.sqlite${end}`), { force: true })),
  );

  await using cloud = await startTestCloud({ app, data, clock });
  using account = openAccount(cloud);
  expect(runs(cloud)).toBe(1);
  expect(await account.role()).toBe(theirs);
});
