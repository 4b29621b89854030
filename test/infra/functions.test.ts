import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import * as z from 'zod';
import { quotasOf, readConfig } from '../../infra/config.ts';
import { templateWith } from '../fixtures/stage.ts';
import { type Resource, resourcesOf, synthesized } from './template.ts';

const Lambda = z.object({
  Code: z.object({ S3Key: z.templateLiteral([z.string(), '.zip']) }),
  Runtime: z.string(),
  Architectures: z.array(z.string()),
  Handler: z.string(),
  Timeout: z.number(),
  LoggingConfig: z.object({ LogGroup: z.string(), LogFormat: z.string(), SystemLogLevel: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
});

const toFunction = ({ id, properties }: Resource) => ({ id, ...Lambda.parse(properties) });
const functionsIn = (template: unknown) => resourcesOf(template, 'AWS::Lambda::Function').map(toFunction);
const environmentsIn = (template: unknown) =>
  Object.fromEntries(functionsIn(template).map(({ id, Environment }) => [id, Environment?.Variables]));

const template = await synthesized();
const endpoint = '<EndpointApi.ApiEndpoint>/dev';
const QUOTAS = JSON.stringify(quotasOf(readConfig({})));

describe('every function', () => {
  test('runs on Node 24 and arm64', () => {
    for (const lambda of functionsIn(template)) {
      expect(lambda).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
    }
  });

  test('behind the API or a queue gives up before the gateway does, after 29 seconds', () => {
    const behind = functionsIn(template).filter(({ id }) => !id.startsWith('EndpointLogRole'));
    expect(behind).toHaveLength(12);
    for (const { Timeout } of behind) expect(Timeout).toBeLessThan(29);
  });

  test('writes to a log of its own that forgets', () => {
    const logs = resourcesOf(template, 'AWS::Logs::LogGroup');
    const used = functionsIn(template).map(({ LoggingConfig }) => LoggingConfig.LogGroup);
    expect([...used, '<EndpointAccessLog>'].toSorted()).toEqual(logs.map(({ id }) => `<${id}>`).toSorted());
    for (const { properties } of logs) expect(properties).toMatchObject({ RetentionInDays: 30 });
  });

  test('has the log to itself: Lambda adds lines of its own only when something is wrong', () => {
    for (const { LoggingConfig } of functionsIn(template)) {
      expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
    }
  });

  test.for(functionsIn(template))('is one file of 450 KB at most: $id', async ({ Code }) => {
    const folder = join(inject('app'), `asset.${Code.S3Key.replace('.zip', '')}`);
    expect(await readdir(folder)).toEqual(['index.mjs']);
    expect((await stat(join(folder, 'index.mjs'))).size).toBeLessThanOrEqual(450_000);
  });
});

/** What every function but that of the deployment is told, so that an operator finds its lines and metrics. */
const telemetry = { STAGE: 'dev', LOG_SALT: "<AWS::StackId>.split('/')[2]" };

test('a function is told what it needs and no more', () => {
  const DIRECTORY_TABLE = '<StorageDirectory>';
  const MAILBOXES_TABLE = '<StorageMailboxes>';
  const CLOSING_QUEUE = '<ClosingQueue>';
  const DEADLINE_QUEUE = '<DeadlinesQueue>';
  const WAKEUP_TOPIC = '<WakeupsTopic>';
  const RELEASE_QUEUE = '<PushReleasesQueue>';
  const PUSH = '{"applications":{}}';
  const SCHEDULES = '{"group":"<SchedulesGroup>","queue":"<WakeupsNoticesQueue.Arn>","role":"<SchedulesRole.Arn>"}';
  const ENDPOINT = endpoint;
  const reached = { CLOSING_QUEUE, DEADLINE_QUEUE, WAKEUP_TOPIC, ENDPOINT };
  expect(environmentsIn(template)).toEqual({
    authorize: { ...telemetry, DIRECTORY_TABLE, ENDPOINT },
    connection: { ...telemetry, DIRECTORY_TABLE, CLOSING_QUEUE, ENDPOINT, QUOTAS },
    session: { ...telemetry, MINIMUM_CLIENT: '0.0.0' },
    account: {
      ...telemetry,
      DIRECTORY_TABLE,
      CLOSING_QUEUE,
      RELEASE_QUEUE,
      ENDPOINT,
      QUOTAS,
      ADMISSION: '{"kind":"open"}',
    },
    pairing: { ...telemetry, DIRECTORY_TABLE, CLOSING_QUEUE, RELEASE_QUEUE, ENDPOINT, QUOTAS },
    keys: { ...telemetry, DIRECTORY_TABLE, CLOSING_QUEUE, ENDPOINT, QUOTAS },
    push: { ...telemetry, DIRECTORY_TABLE, CLOSING_QUEUE, RELEASE_QUEUE, QUOTAS, PUSH },
    relay: { ...telemetry, DIRECTORY_TABLE, MAILBOXES_TABLE, ...reached, QUOTAS },
    close: { ...telemetry, DIRECTORY_TABLE, ENDPOINT },
    deadline: { ...telemetry, DIRECTORY_TABLE, MAILBOXES_TABLE, ...reached },
    notifier: { ...telemetry, DIRECTORY_TABLE, MAILBOXES_TABLE, ENDPOINT, PUSH, SCHEDULES },
    upkeep: { ...telemetry, DIRECTORY_TABLE, ENDPOINT },
    EndpointLogRoleapigatewaylogrole: undefined,
  });
});

test('a public host reaches the functions that check what it stands in', async () => {
  const environments = environmentsIn(
    await templateWith({ 'tandem.host': 'chat.example.org', 'tandem.minimumClient': '1.2.0' }),
  );

  expect(environments).toMatchObject({
    authorize: { HOST: 'chat.example.org' },
    account: { HOST: 'chat.example.org' },
    pairing: { HOST: 'chat.example.org' },
    session: { MINIMUM_CLIENT: '1.2.0' },
  });
  expect(environments['relay']).not.toHaveProperty('HOST');
});

test('quotas reach the functions that count, the policy of admission the one that admits', async () => {
  const environments = environmentsIn(
    await templateWith({
      'tandem.guestCallsPerMinute': '3',
      'tandem.admission': 'ticket',
      'tandem.ticketIssuer': 'https://shop.example.org',
      'tandem.ticketJwks': 'https://shop.example.org/keys.json',
    }),
  );

  const counting = Object.entries(environments).flatMap(([id, variables]) =>
    variables?.['QUOTAS'] === undefined ? [] : [[id, variables['QUOTAS']] as const],
  );
  expect(counting.map(([id]) => id).toSorted()).toEqual(['account', 'connection', 'keys', 'pairing', 'push', 'relay']);
  for (const [, quotas] of counting) expect(JSON.parse(quotas)).toMatchObject({ guestCallsPerMinute: 3 });
  const admitting = Object.entries(environments).filter(([, variables]) => variables?.['ADMISSION'] !== undefined);
  expect(admitting.map(([id]) => id)).toEqual(['account']);
  expect(JSON.parse(environments['account']?.['ADMISSION'] ?? '')).toEqual({
    kind: 'jwks',
    issuer: 'https://shop.example.org',
    url: 'https://shop.example.org/keys.json',
  });
});
