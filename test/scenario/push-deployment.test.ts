import { mkdtempDisposable, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  CreatePlatformEndpointCommand,
  GetEndpointAttributesCommand,
  GetPlatformApplicationAttributesCommand,
  ListPlatformApplicationsCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Cloud } from '#local';
import { newPhone } from '../fixtures/people.ts';
import { startApp } from '../fixtures/stage.ts';
import { startTestCloud } from '../fixtures/world.ts';

/** What stands out wherever it leaks to. */
const mark = 'SECRETSECRET';
const pem = `-----BEGIN PRIVATE KEY-----\n${mark}\n-----END PRIVATE KEY-----\n`;
const apple = { keyId: 'ABC123DEFG', teamId: 'TEAM123456', bundleId: 'org.example.chat', privateKey: pem };
const google = { type: 'service_account', project_id: 'chat', private_key: pem, client_email: `${mark}@example.org` };
const stored = { 'chat/apple': apple, 'chat/apple-2': { ...apple, keyId: 'XYZ123DEFG' }, 'chat/google': google };

const apns = { 'tandem.apnsSecret': 'chat/apple' };
const fcm = { 'tandem.fcmSecret': 'chat/google' };
const webPush = { 'tandem.webPushSubject': 'mailto:push@example.org' };

const application = (platform: string) => `arn:aws:sns:us-east-1:000000000000:app/${platform}/Tandem-dev`;
const Jwk = z.object({ x: z.string(), y: z.string(), d: z.string() });

type Look<T> = (cloud: Cloud) => Promise<T>;
const nothing: Look<void> = async () => {};

/** A place that the stack is deployed to again and again, with other settings each time, and what was written there. */
const openPlace = async (secrets: Record<string, unknown> = stored) => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'tandem-push-'));
  const [data, file] = [join(folder.path, 'data'), join(folder.path, 'secrets.json')];
  await writeFile(file, JSON.stringify(secrets));
  const written: string[] = [];
  return {
    written,
    deploy: async <T>(settings: Record<string, unknown>, look: Look<T>): Promise<T> => {
      await using started = await startApp(settings);
      const { directory: app } = started.app.synth();
      const files = (await readdir(app)).filter((name) => name.endsWith('.json'));
      written.push(...(await Promise.all(files.map((name) => readFile(join(app, name), 'utf8')))));
      const log = (line: unknown) => void written.push(JSON.stringify(line));
      await using cloud = await startTestCloud({ app, data, secrets: file, log });
      return await look(cloud);
    },
    /** What CloudFormation shows of the resources that it had made. */
    events: () => readFile(join(data, 'custom-resources.sqlite'), 'latin1'),
    /** As if the deployment had died before CloudFormation heard that anything was made. */
    forget: () =>
      Promise.all(['', '-wal', '-shm'].map((end) => rm(join(data, `custom-resources.sqlite${end}`), { force: true }))),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
};

const asOperator = ({ aws }: Cloud) => ({ endpoint: aws.url, region: aws.region, credentials: aws.operator });

const applications: Look<string[]> = async (cloud) => {
  const { PlatformApplications = [] } = await new SNSClient(asOperator(cloud)).send(
    new ListPlatformApplicationsCommand(),
  );
  return PlatformApplications.map(({ PlatformApplicationArn: arn = '' }) => arn).toSorted();
};

/** The public key that is in the secret, as browsers take it. */
const vapidKey: Look<string> = async (cloud) => {
  const client = new SecretsManagerClient(asOperator(cloud));
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: 'Tandem-dev/vapid-key' }));
  const { x, y } = Jwk.parse(JSON.parse(SecretString));
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64url');
};

/** How an application learns what it can be woken by. */
const pushConfig: Look<unknown> = async ({ endpoint }) => {
  const { session } = await newPhone(endpoint);
  await using _ = session;
  return await session.pushConfig();
};

describe('platform applications', () => {
  test('there are none where the deployer has no credentials, and nobody can be woken', async () => {
    await using place = await openPlace({});
    await place.deploy({}, async (cloud) => {
      expect(await applications(cloud)).toEqual([]);
      expect(await pushConfig(cloud)).toEqual({ kinds: [] });
    });
  });

  test('are made of the credentials that there are, and tell of what fails', async () => {
    await using place = await openPlace();
    await place.deploy({ ...apns, ...fcm }, async (cloud) => {
      expect(await applications(cloud)).toEqual(['APNS', 'APNS_SANDBOX', 'GCM'].map(application));
      expect(await pushConfig(cloud)).toEqual({ kinds: ['apns', 'apns_sandbox', 'fcm'] });
      const { Attributes } = await new SNSClient(asOperator(cloud)).send(
        new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn: application('GCM') }),
      );
      expect(Attributes).toMatchObject({ EventDeliveryFailure: expect.stringMatching(/^arn:aws:sns:.*PushFailures/) });
    });
  });

  test('take other credentials, and keep the phones that are registered', async () => {
    await using place = await openPlace();
    const PlatformApplicationArn = application('APNS');
    const EndpointArn = await place.deploy(apns, async (cloud) => {
      const create = new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: 'ab12' });
      return (await new SNSClient(asOperator(cloud)).send(create)).EndpointArn;
    });
    await place.deploy({ 'tandem.apnsSecret': 'chat/apple-2' }, async (cloud) => {
      const { Attributes } = await new SNSClient(asOperator(cloud)).send(
        new GetEndpointAttributesCommand({ EndpointArn }),
      );
      expect(Attributes).toMatchObject({ Enabled: 'true', Token: 'ab12' });
    });
  });

  test('may be there already when a deployment is repeated', async () => {
    await using place = await openPlace();
    await place.deploy({ ...apns, ...fcm }, nothing);
    await place.forget();
    expect(await place.deploy({ 'tandem.apnsSecret': 'chat/apple-2', ...fcm }, applications)).toHaveLength(3);
  });

  test('go with their setting, and come again with it', async () => {
    await using place = await openPlace();
    await place.deploy({ ...apns, ...fcm }, nothing);
    expect(await place.deploy(fcm, applications)).toEqual([application('GCM')]);
    expect(await place.deploy({ ...apns, ...fcm }, applications)).toHaveLength(3);
    expect(await place.deploy(apns, applications)).toEqual(['APNS', 'APNS_SANDBOX'].map(application));
  });

  test('are not made of a secret that is not there', async () => {
    await using place = await openPlace({});
    await expect(place.deploy(fcm, nothing)).rejects.toThrow(
      'There is no secret chat/google: store it as docs/push.md says, and deploy again.',
    );
  });
});

describe('the key for Web Push', () => {
  test('is made once, and never again: not by an update, nor when the stack is deployed anew', async () => {
    await using place = await openPlace();
    const made = await place.deploy(webPush, vapidKey);
    const other = { 'tandem.webPushSubject': 'https://example.org/contact', 'tandem.webPushHosts': 'push.example.net' };
    expect(await place.deploy({ ...other, ...fcm }, pushConfig)).toMatchObject({ webPushKey: made });
    await place.forget();
    expect(await place.deploy(webPush, vapidKey)).toBe(made);
  });

  test('is kept when Web Push is turned off, and serves again', async () => {
    await using place = await openPlace();
    const made = await place.deploy(webPush, vapidKey);
    await place.deploy({}, async (cloud) => {
      expect(await pushConfig(cloud)).toEqual({ kinds: [] });
      expect(await vapidKey(cloud)).toBe(made);
    });
    expect(await place.deploy(webPush, pushConfig)).toEqual({ kinds: ['webpush'], webPushKey: made });
  });
});

test('no secret is in the template, in a log, or in what CloudFormation shows', async () => {
  await using place = await openPlace({ ...stored, broken: pem });
  const d = await place.deploy({ ...apns, ...fcm, ...webPush }, async (cloud) => {
    const client = new SecretsManagerClient(asOperator(cloud));
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: 'Tandem-dev/vapid-key' }));
    return Jwk.parse(JSON.parse(SecretString)).d;
  });
  const failure: unknown = await place.deploy({ ...webPush, 'tandem.fcmSecret': 'broken' }, nothing).catch(String);
  expect(failure).toContain('The secret broken is not JSON');

  const seen = [...place.written, await place.events(), failure].join('\n');
  // What is looked into has what it should have.
  expect(seen).toContain('Custom::PlatformApplication');
  expect(seen).toContain('PublicKey');
  expect(seen).not.toContain(mark);
  expect(seen).not.toContain(d);
});
