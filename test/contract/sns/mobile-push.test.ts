import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  DeletePlatformApplicationCommand,
  GetEndpointAttributesCommand,
  GetPlatformApplicationAttributesCommand,
  ListEndpointsByPlatformApplicationCommand,
  ListPlatformApplicationsCommand,
  PublishCommand,
  SetEndpointAttributesCommand,
  SetPlatformApplicationAttributesCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { standingClock } from '../../../local/movable-clock.ts';
import { allow, makeFolder, makeFunction } from '../aws/aws.fixture.ts';
import { functionArn, makePermission, makeSubscription, makeTopic, startSns, topicArn } from './sns.fixture.ts';

const pem = '-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----';
const apple = {
  PlatformCredential: pem,
  PlatformPrincipal: 'ABC123DEFG',
  ApplePlatformTeamID: 'TEAM123456',
  ApplePlatformBundleID: 'org.example.app',
};
const firebase = {
  PlatformCredential: JSON.stringify({
    type: 'service_account',
    project_id: 'p',
    private_key: pem,
    client_email: 'push@example.org',
  }),
};
const credentials = { APNS: apple, APNS_SANDBOX: apple, GCM: firebase };
const token = 'ab'.repeat(32);
const application = (platform: string, name = 'app') => `arn:aws:sns:us-east-1:000000000000:app/${platform}/${name}`;

/** Creates an application with whatever attributes, and gives its ARN. */
const createApplication = async (
  client: SNSClient,
  Platform: keyof typeof credentials,
  more: Record<string, string> = {},
): Promise<string> => {
  const Attributes = { ...credentials[Platform], ...more };
  const { PlatformApplicationArn = '' } = await client.send(
    new CreatePlatformApplicationCommand({ Name: 'app', Platform, Attributes }),
  );
  return PlatformApplicationArn;
};

const createEndpoint = async (
  client: SNSClient,
  PlatformApplicationArn: string,
  input: { Token?: string; CustomUserData?: string; Attributes?: Record<string, string> } = {},
): Promise<string> => {
  const create = new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: token, ...input });
  return (await client.send(create)).EndpointArn ?? '';
};

const attributesOf = async (client: SNSClient, EndpointArn: string) =>
  (await client.send(new GetEndpointAttributesCommand({ EndpointArn }))).Attributes;

const set = (EndpointArn: string, Attributes: Record<string, string>) =>
  new SetEndpointAttributesCommand({ EndpointArn, Attributes });

const string = (StringValue: string) => ({ DataType: 'String', StringValue });
const ttlOf = (name: string, value: string) => ({ [`AWS.SNS.MOBILE.${name}.TTL`]: string(value) });
const android = (ttl: string) =>
  JSON.stringify({ fcmV1Message: { message: { data: { k: 'v' }, android: { priority: 'high', ttl } } } });

describe('a platform application', () => {
  test('is created, listed, changed and deleted, and never tells its credentials', async () => {
    await using sns = await startSns([makeTopic('Alerts')]);
    const client = sns.client();
    const PlatformApplicationArn = await createApplication(client, 'APNS');
    expect(PlatformApplicationArn).toBe(application('APNS'));
    const Attributes = { EventEndpointUpdated: topicArn('Alerts') };
    await client.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes }));

    const told = await client.send(new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn }));
    expect(told.Attributes).toEqual({
      Enabled: 'true',
      ApplePlatformTeamID: 'TEAM123456',
      ApplePlatformBundleID: 'org.example.app',
      EventEndpointUpdated: topicArn('Alerts'),
    });
    const { PlatformApplications } = await client.send(new ListPlatformApplicationsCommand({}));
    expect(PlatformApplications).toMatchObject([{ PlatformApplicationArn }]);
    expect(JSON.stringify(PlatformApplications)).not.toContain('PRIVATE KEY');

    await client.send(new DeletePlatformApplicationCommand({ PlatformApplicationArn }));
    await client.send(new DeletePlatformApplicationCommand({ PlatformApplicationArn }));
    await expect(createEndpoint(client, PlatformApplicationArn)).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'PlatformApplication does not exist',
    });
  });

  // facts: pulumi-aws#5717; SNS API, CreatePlatformApplication: FCM takes the whole service account's JSON as a string.
  test.each<[string, keyof typeof credentials, Record<string, string>]>([
    ['Apple without a key', 'APNS', { PlatformCredential: 'no key' }],
    ['Apple without a team', 'APNS_SANDBOX', { ApplePlatformTeamID: '' }],
    ['Firebase without JSON', 'GCM', { PlatformCredential: 'AIzaKey' }],
    ['Firebase without a key', 'GCM', { PlatformCredential: '{"type":"service_account"}' }],
  ])('needs credentials that the provider could take: %s', async (_case, platform, attributes) => {
    await using sns = await startSns([]);
    await expect(createApplication(sns.client(), platform, attributes)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Platform credentials are invalid',
    });
  });

  test('unverified: a platform application created again is the same, with other attributes refused', async () => {
    await using sns = await startSns([]);
    const arn = await createApplication(sns.client(), 'APNS');
    expect(await createApplication(sns.client(), 'APNS')).toBe(arn);
    const other = createApplication(sns.client(), 'APNS', { ApplePlatformTeamID: 'OTHER' });
    await expect(other).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('an endpoint (SDG mobile-platform-endpoint)', () => {
  test('is the same for the same token and attributes', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const app = await createApplication(client, 'APNS');
    const arn = await createEndpoint(client, app);
    expect(arn).toMatch(/^arn:aws:sns:us-east-1:000000000000:endpoint\/APNS\/app\/[\da-f-]{36}$/);
    expect(await createEndpoint(client, app)).toBe(arn);
    expect(await attributesOf(client, arn)).toEqual({ Enabled: 'true', Token: token });
  });

  test('with the same token and other user data is an InvalidParameter error that names the existing one', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const app = await createApplication(client, 'GCM');
    const arn = await createEndpoint(client, app, { CustomUserData: 'ada' });
    await expect(createEndpoint(client, app, { CustomUserData: 'ben' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Invalid parameter: Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`,
    });
  });

  test('unverified: user data left out differs from the user data of the endpoint with the same token', async () => {
    await using sns = await startSns([]);
    const app = await createApplication(sns.client(), 'GCM');
    await createEndpoint(sns.client(), app, { CustomUserData: 'ada' });
    await expect(createEndpoint(sns.client(), app)).rejects.toThrow('different attributes');
  });

  test('that is disabled is returned disabled, and is enabled by its attributes', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const app = await createApplication(client, 'GCM');
    const arn = await createEndpoint(client, app);
    await client.send(set(arn, { Enabled: 'false' }));
    expect(await createEndpoint(client, app)).toBe(arn);
    expect(await attributesOf(client, arn)).toEqual({ Enabled: 'false', Token: token });
    await client.send(set(arn, { Token: 'new', Enabled: 'true', CustomUserData: 'x' }));
    expect(await attributesOf(client, arn)).toEqual({ Enabled: 'true', Token: 'new', CustomUserData: 'x' });
  });

  test('unverified: an endpoint is not given the token of another one', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const app = await createApplication(client, 'GCM');
    const [first] = [await createEndpoint(client, app), await createEndpoint(client, app, { Token: 'second' })];
    await expect(client.send(set(first, { Token: 'second' }))).rejects.toThrow('already exists with the same Token');
  });

  test('that is deleted is NotFound, and may be deleted again', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const EndpointArn = await createEndpoint(client, await createApplication(client, 'GCM'));
    await client.send(new DeleteEndpointCommand({ EndpointArn }));
    await client.send(new DeleteEndpointCommand({ EndpointArn }));
    const gone = { name: 'NotFoundException', message: 'Endpoint does not exist' };
    await expect(attributesOf(client, EndpointArn)).rejects.toMatchObject(gone);
    await expect(client.send(set(EndpointArn, { Enabled: 'true' }))).rejects.toMatchObject(gone);
    await expect(client.send(new PublishCommand({ TargetArn: EndpointArn, Message: 'x' }))).rejects.toMatchObject(gone);
  });

  test('of an iPhone needs a hexadecimal token', async () => {
    await using sns = await startSns([]);
    const app = await createApplication(sns.client(), 'APNS');
    await expect(createEndpoint(sns.client(), app, { Token: 'no hex' })).rejects.toThrow(
      'Invalid parameter: Token Reason: iOS device tokens must be no more than 400 hexadecimal characters',
    );
  });

  test('is listed with the others of its application, a hundred a page', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const PlatformApplicationArn = await createApplication(client, 'GCM');
    for (let index = 0; index < 101; index += 1) {
      await createEndpoint(client, PlatformApplicationArn, { Token: `token-${index}` });
    }
    const first = await client.send(new ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn }));
    expect(first.Endpoints).toHaveLength(100);
    const { NextToken } = first;
    const rest = await client.send(
      new ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn, NextToken }),
    );
    expect(rest.Endpoints).toMatchObject([{ Attributes: { Token: 'token-100', Enabled: 'true' } }]);
    expect(rest.NextToken).toBeUndefined();
  });

  test('and its application outlive a restart', async () => {
    await using folder = await makeFolder();
    const created = async () => {
      await using sns = await startSns([], { data: folder.path });
      const app = await createApplication(sns.client(), 'APNS');
      const arn = await createEndpoint(sns.client(), app, { CustomUserData: 'x' });
      await sns.client().send(set(arn, { Enabled: 'false' }));
      return arn;
    };
    const arn = await created();
    await using sns = await startSns([], { data: folder.path });
    expect(await attributesOf(sns.client(), arn)).toEqual({ Enabled: 'false', Token: token, CustomUserData: 'x' });
    expect(await createEndpoint(sns.client(), application('APNS'), { CustomUserData: 'x' })).toBe(arn);
  });
});

describe('a push', () => {
  const background = JSON.stringify({ aps: { 'content-available': 1 } });

  test('reaches the outbox with what the phone would have got (SDG23 sns-send-custom-platform-specific-payloads)', async () => {
    const now = Date.UTC(2026, 0, 2);
    await using sns = await startSns([], { clock: standingClock(now) });
    const client = sns.client();
    const app = await createApplication(client, 'APNS');
    const endpoint = await createEndpoint(client, app);
    const told: string[] = [];
    sns.sns.outbox.onPush(({ payload }) => told.push(payload));
    const { MessageId } = await client.send(
      new PublishCommand({
        TargetArn: endpoint,
        MessageStructure: 'json',
        Message: JSON.stringify({ APNS: background, GCM: '{}' }),
        MessageAttributes: { ...ttlOf('APNS', '60'), ...ttlOf('FCM', '70'), other: string('x') },
      }),
    );
    expect(sns.sns.outbox.pushes()).toEqual([
      {
        message: MessageId,
        platform: 'APNS',
        application: app,
        endpoint,
        token,
        payload: background,
        attributes: { 'AWS.SNS.MOBILE.APNS.TTL': '60' },
        ttl: 60,
        at: now,
      },
    ]);
    expect(told).toEqual([background]);
  });

  test.each<{ what: string; platform: keyof typeof credentials; payload: string; attributes?: object; ttl: number }>([
    {
      what: 'the attribute, before the body,',
      platform: 'GCM',
      payload: android('30s'),
      attributes: ttlOf('FCM', '10'),
      ttl: 10,
    },
    { what: 'the body', platform: 'GCM', payload: android('30s'), ttl: 30 },
    { what: 'four weeks without either', platform: 'GCM', payload: '{"data":{}}', ttl: 2_419_200 },
    {
      what: "the sandbox's attribute",
      platform: 'APNS_SANDBOX',
      payload: background,
      attributes: ttlOf('APNS_SANDBOX', '9'),
      ttl: 9,
    },
  ])('is kept for as long as $what says (SDG sns-ttl)', async ({ platform, payload, attributes, ttl }) => {
    await using sns = await startSns([]);
    const TargetArn = await createEndpoint(sns.client(), await createApplication(sns.client(), platform));
    const Message = JSON.stringify({ [platform]: payload });
    const MessageAttributes = { ...attributes };
    await sns.client().send(new PublishCommand({ TargetArn, Message, MessageStructure: 'json', MessageAttributes }));
    expect(sns.sns.outbox.pushes()).toMatchObject([{ payload, ttl }]);
  });

  const plain = async (platform: keyof typeof credentials) => {
    await using sns = await startSns([]);
    const TargetArn = await createEndpoint(sns.client(), await createApplication(sns.client(), platform));
    await sns.client().send(new PublishCommand({ TargetArn, Message: 'hello' }));
    const Message = JSON.stringify({ default: 'hello', ADM: '{}' });
    await sns.client().send(new PublishCommand({ TargetArn, Message, MessageStructure: 'json' }));
    return sns.sns.outbox.pushes().map(({ payload }) => payload);
  };

  test('unverified: reserved attributes for the provider go along with a structured message', async () => {
    await using sns = await startSns([]);
    const TargetArn = await createEndpoint(sns.client(), await createApplication(sns.client(), 'APNS_SANDBOX'));
    const Message = JSON.stringify({ APNS_SANDBOX: background });
    const reserved = {
      'AWS.SNS.MOBILE.APNS.PUSH_TYPE': string('background'),
      'AWS.SNS.MOBILE.APNS.PRIORITY': string('5'),
    };
    const input = { TargetArn, Message, MessageStructure: 'json', MessageAttributes: reserved };
    await sns.client().send(new PublishCommand(input));
    expect(sns.sns.outbox.pushes()[0]?.attributes).toEqual({
      'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'background',
      'AWS.SNS.MOBILE.APNS.PRIORITY': '5',
    });
  });

  test('of plain text, or of a default, is an alert for Apple', async () => {
    expect(await plain('APNS')).toEqual(['{"aps":{"alert":"hello"}}', '{"aps":{"alert":"hello"}}']);
  });

  test('unverified: plain text is wrapped as the body of a notification for Firebase', async () => {
    expect(await plain('GCM')).toEqual(['{"notification":{"body":"hello"}}', '{"notification":{"body":"hello"}}']);
  });

  test.each([
    ['nothing for the platform', { GCM: '{}' }, "JSON must contain an entry for 'default' or 'APNS'."],
    ['no JSON for the platform', { APNS: 'hello' }, 'APNS entry'],
  ])('with %s is refused', async (_case, message, reason) => {
    await using sns = await startSns([]);
    const TargetArn = await createEndpoint(sns.client(), await createApplication(sns.client(), 'APNS'));
    const publish = new PublishCommand({ TargetArn, Message: JSON.stringify(message), MessageStructure: 'json' });
    await expect(sns.client().send(publish)).rejects.toThrow(reason);
    expect(sns.sns.outbox.pushes()).toEqual([]);
  });

  test('the outbox keeps the latest thousand', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const TargetArn = await createEndpoint(client, await createApplication(client, 'GCM'));
    const send = (index: number) => client.send(new PublishCommand({ TargetArn, Message: String(index) }));
    await send(0);
    await Promise.all(Array.from({ length: 1000 }, () => send(1)));
    expect(sns.sns.outbox.pushes()).toHaveLength(1000);
    expect(sns.sns.outbox.pushes()[0]?.payload).toContain('1');
  });

  test('to a disabled endpoint is EndpointDisabled, to a disabled application PlatformApplicationDisabled', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const PlatformApplicationArn = await createApplication(client, 'GCM');
    const TargetArn = await createEndpoint(client, PlatformApplicationArn);
    const publish = new PublishCommand({ TargetArn, Message: 'x' });
    await client.send(set(TargetArn, { Enabled: 'false' }));
    await expect(client.send(publish)).rejects.toMatchObject({ name: 'EndpointDisabledException' });
    const Attributes = { Enabled: 'false' };
    await client.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes }));
    await expect(client.send(publish)).rejects.toMatchObject({ name: 'PlatformApplicationDisabledException' });
    expect(sns.sns.outbox.pushes()).toEqual([]);
  });
});

describe('a token that the provider has expired', () => {
  test('lets the push vanish once, then the endpoint is disabled until it gets a new one', async () => {
    await using sns = await startSns([]);
    const client = sns.client();
    const TargetArn = await createEndpoint(client, await createApplication(client, 'APNS'));
    const publish = new PublishCommand({ TargetArn, Message: 'x' });
    sns.sns.provider.expire(token);

    expect(await client.send(publish)).toMatchObject({ MessageId: expect.any(String) });
    expect(sns.sns.outbox.pushes()).toEqual([]);
    expect(await attributesOf(client, TargetArn)).toMatchObject({ Enabled: 'false' });
    await expect(client.send(publish)).rejects.toMatchObject({ name: 'EndpointDisabledException' });

    await client.send(set(TargetArn, { Token: 'cd', Enabled: 'true' }));
    await client.send(publish);
    expect(sns.sns.outbox.pushes()).toMatchObject([{ token: 'cd' }]);
  });

  const types = ['EndpointCreated', 'EndpointUpdated', 'EndpointDeleted', 'DeliveryFailure'];
  const topics = Object.fromEntries(types.map((type) => [`Event${type}`, topicArn('Alerts')]));
  const watched = [
    makeTopic('Alerts'),
    makePermission('Watch', 'Alerts'),
    makeSubscription('ToWatch', { Protocol: 'lambda', Endpoint: functionArn('Watch') }),
  ];

  test("is told to the application's topics, as every change of an endpoint (SDG application-event-notifications)", async () => {
    await using sns = await startSns(watched);
    const client = sns.client();
    const next = async (): Promise<unknown> => JSON.parse(await sns.delivered());

    const EndpointArn = await createEndpoint(client, await createApplication(client, 'GCM', topics));
    expect(await next()).toMatchObject({ EventType: 'EndpointCreated', EndpointArn });
    sns.sns.provider.expire(token);
    await client.send(new PublishCommand({ TargetArn: EndpointArn, Message: 'x' }));
    expect(await next()).toMatchObject({ EventType: 'EndpointUpdated', EndpointArn });
    // The fields and the type that wireapp/wire-server reads (gundeck, Aws/Sns.hs).
    const failure = { EventType: 'DeliveryFailure', EndpointArn, FailureType: 'InvalidPlatformToken' };
    expect(await next()).toMatchObject(failure);
    await client.send(new DeleteEndpointCommand({ EndpointArn }));
    expect(await next()).toMatchObject({ EventType: 'EndpointDeleted', EndpointArn });
  });

  test('unverified: an event of an endpoint tells Resource, Service and Time, a failure FailureMessage and MessageId', async () => {
    await using sns = await startSns(watched);
    const client = sns.client();
    const { EventDeliveryFailure = '' } = topics;
    const app = await createApplication(client, 'GCM', { EventDeliveryFailure });
    const EndpointArn = await createEndpoint(client, app);
    sns.sns.provider.expire(token);
    const { MessageId } = await client.send(new PublishCommand({ TargetArn: EndpointArn, Message: 'x' }));
    expect(JSON.parse(await sns.delivered())).toEqual({
      EventType: 'DeliveryFailure',
      EndpointArn,
      Resource: app,
      Service: 'SNS',
      Time: expect.any(String),
      FailureType: 'InvalidPlatformToken',
      FailureMessage: expect.any(String),
      MessageId,
    });
  });
});

describe('the permission', () => {
  const endpoints = 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/*';

  test('for an endpoint is on its ARN, to create one on the ARN of the application', async () => {
    const statements = [
      allow('sns:CreatePlatformEndpoint', application('GCM')),
      allow(['sns:Publish', 'sns:GetEndpointAttributes'], endpoints),
    ];
    await using sns = await startSns(makeFunction('Pusher', statements));
    const app = await createApplication(sns.client(), 'GCM');
    const client = sns.client('Pusher');
    const EndpointArn = await createEndpoint(client, app);
    await client.send(new PublishCommand({ TargetArn: EndpointArn, Message: 'x' }));
    expect(await attributesOf(client, EndpointArn)).toMatchObject({ Enabled: 'true' });
    await expect(client.send(new DeleteEndpointCommand({ EndpointArn }))).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining(`sns:DeleteEndpoint on resource: ${EndpointArn}`),
    });
  });

  test('unverified: a policy cannot allow to create an application of one name only', async () => {
    const everyApp = makeFunction('Every', [allow('sns:CreatePlatformApplication', '*')]);
    const oneApp = makeFunction('One', [allow('sns:CreatePlatformApplication', application('GCM'))]);
    await using sns = await startSns([...everyApp, ...oneApp]);
    await createApplication(sns.client('Every'), 'GCM');
    await expect(createApplication(sns.client('One'), 'GCM')).rejects.toThrow('sns:CreatePlatformApplication');
  });
});
