import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import * as z from 'zod';
import { templateWith } from './stage.ts';
import { type Resource, resourcesOf, synthesized } from './template.ts';

const Lambda = z.object({
  Code: z.object({ S3Key: z.templateLiteral([z.string(), '.zip']) }),
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Handler: z.string(),
  Timeout: z.number(),
  LoggingConfig: z.object({ LogGroup: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
});

const toFunction = ({ id, properties }: Resource) => ({ id, ...Lambda.parse(properties) });
const functionsIn = (template: unknown) => resourcesOf(template, 'AWS::Lambda::Function').map(toFunction);
const environmentsIn = (template: unknown) =>
  Object.fromEntries(functionsIn(template).map(({ id, Environment }) => [id, Environment?.Variables]));

const template = await synthesized();
const endpoint = '<EndpointApi.ApiEndpoint>/dev';

describe('every function', () => {
  test('runs on Node 24 and arm64', () => {
    for (const lambda of functionsIn(template)) {
      expect(lambda).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    }
  });

  test('behind the API gives up before the gateway does, after 29 seconds', () => {
    const behind = functionsIn(template).filter(({ id }) => !id.startsWith('EndpointLogRole'));
    expect(behind).toHaveLength(5);
    for (const { Timeout } of behind) expect(Timeout).toBeLessThan(29);
  });

  test('writes to a log of its own that forgets', () => {
    const logs = resourcesOf(template, 'AWS::Logs::LogGroup');
    const used = functionsIn(template).map(({ LoggingConfig }) => LoggingConfig.LogGroup);
    expect([...used, '<EndpointAccessLog>'].toSorted()).toEqual(logs.map(({ id }) => `<${id}>`).toSorted());
    for (const { properties } of logs) expect(properties).toMatchObject({ RetentionInDays: 30 });
  });

  test.for(functionsIn(template))('is one file of 450 KB at most: $id', async ({ Code }) => {
    const folder = join(inject('app'), `asset.${Code.S3Key.replace('.zip', '')}`);
    expect(await readdir(folder)).toEqual(['index.mjs']);
    expect((await stat(join(folder, 'index.mjs'))).size).toBeLessThanOrEqual(450_000);
  });
});

test('a function is told what it needs and no more', () => {
  expect(environmentsIn(template)).toEqual({
    authorize: { DIRECTORY_TABLE: '<StorageDirectory>', ENDPOINT: endpoint },
    connection: { DIRECTORY_TABLE: '<StorageDirectory>', ENDPOINT: endpoint },
    session: { MINIMUM_CLIENT: '0.0.0' },
    pairing: { DIRECTORY_TABLE: '<StorageDirectory>', ENDPOINT: endpoint },
    relay: { DIRECTORY_TABLE: '<StorageDirectory>', MAILBOXES_TABLE: '<StorageMailboxes>', ENDPOINT: endpoint },
    EndpointLogRoleapigatewaylogrole: undefined,
  });
});

test('a public host reaches the functions that check what it stands in', async () => {
  const environments = environmentsIn(
    await templateWith({ 'tandem.host': 'chat.example.org', 'tandem.minimumClient': '1.2.0' }),
  );

  expect(environments).toMatchObject({
    authorize: { HOST: 'chat.example.org' },
    pairing: { HOST: 'chat.example.org' },
    session: { MINIMUM_CLIENT: '1.2.0' },
  });
  expect(environments['relay']).not.toHaveProperty('HOST');
});
