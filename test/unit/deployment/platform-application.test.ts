import { describe, expect, test } from 'vitest';
import type { Request } from '../../../functions/deployment/custom-resource.ts';
import { ensurePlatformApplication } from '../../../functions/deployment/platform-application.ts';
import type { PlatformApplications } from '../../../functions/deployment/platform-applications.ts';

const ApplicationArn = 'arn:aws:sns:eu-west-1:123456789012:app/APNS/Tandem-prod';
const FailureTopicArn = 'arn:aws:sns:eu-west-1:123456789012:failures';
const privateKey = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n';
const key = { keyId: 'ABC123DEFG', teamId: 'TEAM123456', bundleId: 'org.example.chat', privateKey };
const attributes = {
  PlatformPrincipal: 'ABC123DEFG',
  PlatformCredential: privateKey,
  ApplePlatformTeamID: 'TEAM123456',
  ApplePlatformBundleID: 'org.example.chat',
  EventDeliveryFailure: FailureTopicArn,
};

const request = (RequestType: Request['RequestType'], changes: Record<string, unknown> = {}): Request => ({
  RequestType,
  ResponseURL: 'https://cloudformation.example/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'apns',
  ResourceProperties: { Platform: 'APNS', ApplicationArn, SecretName: 'apple', FailureTopicArn, ...changes },
});

/** SNS with the applications that are there, and Secrets Manager with one secret. */
const cloudWith = (there: Record<string, object> = {}, secret: string | undefined = JSON.stringify(key)) => {
  const known = new Map(Object.entries(there));
  const did: unknown[] = [];
  const applications: PlatformApplications = {
    update: async (arn, attributes) => {
      did.push(['update', arn]);
      if (!known.has(arn)) return false;
      known.set(arn, attributes);
      return true;
    },
    create: async ({ platform, name, attributes }) => {
      did.push(['create', platform, name]);
      known.set(`arn:aws:sns:eu-west-1:123456789012:app/${platform}/${name}`, attributes);
    },
    remove: async (arn) => void known.delete(arn),
  };
  const secrets = { read: async (name: string) => (name === 'apple' ? secret : undefined) };
  return { known, did, ensure: ensurePlatformApplication({ applications, secrets }) };
};

describe('a platform application', () => {
  test('is made where there is none, and named by its ARN', async () => {
    const { ensure, known, did } = cloudWith();
    expect(await ensure(request('Create'))).toEqual({ id: ApplicationArn });
    expect(Object.fromEntries(known)).toEqual({ [ApplicationArn]: attributes });
    expect(did.at(-1)).toEqual(['create', 'APNS', 'Tandem-prod']);
  });

  test.for(['Create', 'Update'] as const)(
    'takes the credentials of the secret on %s where there is one',
    async (type) => {
      const { ensure, known, did } = cloudWith({ [ApplicationArn]: { PlatformPrincipal: 'FORMERKEY0' } });
      for (const _ of [1, 2]) expect(await ensure(request(type))).toEqual({ id: ApplicationArn });
      expect(Object.fromEntries(known)).toEqual({ [ApplicationArn]: attributes });
      expect(did).toEqual([
        ['update', ApplicationArn],
        ['update', ApplicationArn],
      ]);
    },
  );

  test('is made by an update too, if somebody has deleted it', async () => {
    const { ensure, known } = cloudWith();
    await ensure(request('Update'));
    expect(Object.fromEntries(known)).toEqual({ [ApplicationArn]: attributes });
  });

  test('goes with its resource, as often as that is asked, and whether its secret is still there or not', async () => {
    const { ensure, known } = cloudWith({ [ApplicationArn]: attributes, other: {} }, '');
    for (const _ of [1, 2]) expect(await ensure(request('Delete'))).toEqual({ id: ApplicationArn });
    expect([...known.keys()]).toEqual(['other']);
  });

  test('is left as it is when there is no secret, or another one than is needed', async () => {
    const before = { [ApplicationArn]: { PlatformPrincipal: 'FORMERKEY0' } };
    const { ensure, known, did } = cloudWith(before, JSON.stringify({ type: 'service_account' }));
    await expect(ensure(request('Update'))).rejects.toThrow('The secret apple misses keyId');
    await expect(ensure(request('Update', { SecretName: 'nowhere' }))).rejects.toThrow('There is no secret nowhere');
    expect(Object.fromEntries(known)).toEqual(before);
    expect(did).toEqual([]);
  });

  test.for([
    { Platform: 'BAIDU' },
    { ApplicationArn: 'Tandem-prod' },
    { SecretName: '' },
    { FailureTopicArn: 'failures' },
  ])('cannot be asked for by %j', async (changes) => {
    const { ensure, did } = cloudWith();
    await expect(ensure(request('Create', changes))).rejects.toThrow(Object.keys(changes)[0]);
    expect(did).toEqual([]);
  });
});
