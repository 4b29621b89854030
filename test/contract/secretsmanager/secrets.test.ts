import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { AwsOptions } from '../../../local/aws/index.ts';
import type { Resource } from '../../../local/template/model.ts';
import { allow, makeFolder, makeFunction, makeTemplate, startTestAws } from '../aws/aws.fixture.ts';

const makeSecret = (properties: Record<string, unknown> = {}): Resource => ({
  id: 'Key',
  type: 'AWS::SecretsManager::Secret',
  properties: { Name: 'app/key', ...properties },
});

const startSecrets = async (resources: Resource[], options: Partial<AwsOptions> = {}) => {
  const aws = await startTestAws(makeTemplate(...resources), options);
  const clients: SecretsManagerClient[] = [];
  const client = (functionId?: string) => {
    const credentials = functionId === undefined ? aws.operator : aws.credentials(functionId);
    const made = new SecretsManagerClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    clients.push(made);
    return made;
  };
  return {
    ...aws,
    client,
    value: async (SecretId: string, VersionStage?: string) =>
      client().send(new GetSecretValueCommand({ SecretId, ...(VersionStage && { VersionStage }) })),
    [Symbol.asyncDispose]: async () => {
      for (const one of clients) one.destroy();
      await aws[Symbol.asyncDispose]();
    },
  };
};

test("a secret of the template has the template's value", async () => {
  await using secrets = await startSecrets([makeSecret({ SecretString: 'open sesame', Description: 'a door' })]);
  const { ARN, ...value } = await secrets.value('app/key');
  expect(value).toMatchObject({
    Name: 'app/key',
    SecretString: 'open sesame',
    VersionStages: ['AWSCURRENT'],
    CreatedDate: expect.any(Date),
  });
  expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:app\/key-[A-Za-z]{6}$/);
  expect((await secrets.value(ARN ?? '')).SecretString).toBe('open sesame');
  const described = await secrets.client().send(new DescribeSecretCommand({ SecretId: ARN?.slice(0, -7) }));
  expect(described).toMatchObject({
    ARN,
    Name: 'app/key',
    Description: 'a door',
    VersionIdsToStages: { [value.VersionId ?? '']: ['AWSCURRENT'] },
  });
});

test('a generated secret follows its rules, and is the same after a restart', async () => {
  await using folder = await makeFolder();
  const GenerateSecretString = {
    PasswordLength: 20,
    ExcludePunctuation: true,
    ExcludeCharacters: 'abc123',
    SecretStringTemplate: '{"user":"ada"}',
    GenerateStringKey: 'password',
  };
  const read = async () => {
    await using secrets = await startSecrets([makeSecret({ GenerateSecretString })], { data: folder.path });
    return (await secrets.value('app/key')).SecretString ?? '';
  };
  const generated = await read();
  const { user, password } = z.parse(z.object({ user: z.string(), password: z.string() }), JSON.parse(generated));
  expect(user).toBe('ada');
  expect(password).toMatch(/^(?=.*[d-z])(?=.*[A-Z])(?=.*[04-9])[d-zA-Z04-9]{20}$/);
  expect(await read()).toBe(generated);
});

test('a secret that nobody gave a value has none', async () => {
  await using secrets = await startSecrets([makeSecret()]);
  await expect(secrets.value('app/key')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: expect.stringContaining('AWSCURRENT'),
  });
  await expect(secrets.value('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a file gives secrets their values, as a deployer does; one that changes is a new version', async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, 'secrets.json');
  const options = { data: join(folder.path, 'state'), secrets: file };
  const read = async (given: object) => {
    await writeFile(file, JSON.stringify(given));
    await using secrets = await startSecrets([makeSecret({ SecretString: 'none yet' })], options);
    const { VersionId, SecretString } = await secrets.value('app/key');
    const { VersionIdsToStages } = await secrets.client().send(new DescribeSecretCommand({ SecretId: 'app/key' }));
    const other = Object.hasOwn(given, 'other') ? (await secrets.value('other')).SecretString : undefined;
    return { VersionId, SecretString, versions: Object.keys(VersionIdsToStages ?? {}).length, other };
  };
  const first = await read({ 'app/key': 'from the file', other: { user: 'ada' } });
  expect(first).toMatchObject({ SecretString: 'from the file', versions: 2, other: '{"user":"ada"}' });
  expect(await read({ 'app/key': 'from the file' })).toEqual({ ...first, other: undefined });
  expect(await read({ 'app/key': 'changed' })).toMatchObject({ SecretString: 'changed', versions: 2 });
});

test('a file that is none is told without its content', async () => {
  await using folder = await makeFolder();
  const secrets = join(folder.path, 'secrets.json');
  await writeFile(secrets, '{"app/key": ["hidden"]}');
  const starting = startSecrets([], { secrets });
  await expect(starting).rejects.toThrow(`${secrets} must hold a JSON object`);
  await expect(starting).rejects.not.toThrow('hidden');
});

test('a secret is created once, with text or with bytes', async () => {
  await using secrets = await startSecrets([]);
  const client = secrets.client();
  const SecretBinary = Buffer.from([0, 1, 255]);
  const { ARN } = await client.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary }));
  const { SecretBinary: read, SecretString } = await secrets.value(ARN ?? '');
  expect(Buffer.from(read ?? [])).toEqual(SecretBinary);
  expect(SecretString).toBeUndefined();
  await expect(client.send(new CreateSecretCommand({ Name: 'bytes', SecretString: 'x' }))).rejects.toMatchObject({
    name: 'ResourceExistsException',
  });
  const neither = new PutSecretValueCommand({ SecretId: 'bytes' });
  await expect(client.send(neither)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('a new value takes AWSCURRENT, and the one before it is AWSPREVIOUS', async () => {
  await using secrets = await startSecrets([makeSecret({ SecretString: 'first' })]);
  const put = new PutSecretValueCommand({ SecretId: 'app/key', SecretString: 'second' });
  expect((await secrets.client().send(put)).VersionStages).toEqual(['AWSCURRENT']);
  expect((await secrets.value('app/key')).SecretString).toBe('second');
  expect((await secrets.value('app/key', 'AWSPREVIOUS')).SecretString).toBe('first');
});

test('a rotation puts a pending value, and moves AWSCURRENT to it', async () => {
  await using secrets = await startSecrets([makeSecret({ SecretString: 'old' })]);
  const client = secrets.client();
  const SecretId = 'app/key';
  const ClientRequestToken = 'a'.repeat(32);
  const pending = { SecretId, SecretString: 'new', ClientRequestToken, VersionStages: ['AWSPENDING'] };
  const { VersionId: old = '' } = await secrets.value(SecretId);
  await client.send(new PutSecretValueCommand(pending));
  await client.send(new PutSecretValueCommand(pending));
  const other = new PutSecretValueCommand({ ...pending, SecretString: 'other' });
  await expect(client.send(other)).rejects.toMatchObject({ name: 'ResourceExistsException' });
  expect((await secrets.value(SecretId)).SecretString).toBe('old');
  expect(await secrets.value(SecretId, 'AWSPENDING')).toMatchObject({
    SecretString: 'new',
    VersionId: ClientRequestToken,
  });

  const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: ClientRequestToken };
  await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining(old),
  });
  await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: old }));
  expect((await secrets.value(SecretId)).SecretString).toBe('new');
  expect((await secrets.value(SecretId, 'AWSPREVIOUS')).SecretString).toBe('old');
});

test('a function reads the secrets that its role allows by their ARNs, and no others', async () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:app/key-??????';
  const reader = makeFunction('Reader', [allow('secretsmanager:GetSecretValue', arn)]);
  await using secrets = await startSecrets([makeSecret({ SecretString: 'x' }), ...reader]);
  await secrets.client().send(new CreateSecretCommand({ Name: 'other', SecretString: 'y' }));
  const client = secrets.client('Reader');
  expect((await client.send(new GetSecretValueCommand({ SecretId: 'app/key' }))).SecretString).toBe('x');
  await expect(client.send(new GetSecretValueCommand({ SecretId: 'other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager'),
  });
  const put = new PutSecretValueCommand({ SecretId: 'app/key', SecretString: 'z' });
  await expect(client.send(put)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('an operation that is not served is refused by its name', async () => {
  await using secrets = await startSecrets([]);
  await expect(secrets.client().send(new ListSecretsCommand({}))).rejects.toThrow(
    "The local cloud does not serve Secrets Manager's ListSecrets.",
  );
});
