import { describe, expect, test } from 'vitest';
import { credentialsOf, type Platform } from '../../../functions/deployment/push-credentials.ts';

const privateKey = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n';
const apple = { keyId: 'ABC123DEFG', teamId: 'TEAM123456', bundleId: 'org.example.chat', privateKey };
const google = {
  type: 'service_account',
  project_id: 'chat',
  private_key: privateKey,
  client_email: 'push@chat.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};

test.for(['APNS', 'APNS_SANDBOX'] as const)('%s takes Apple’s key with its id, its team and the app', (platform) => {
  expect(credentialsOf(platform, 'apple', JSON.stringify(apple))).toEqual({
    PlatformPrincipal: 'ABC123DEFG',
    PlatformCredential: privateKey,
    ApplePlatformTeamID: 'TEAM123456',
    ApplePlatformBundleID: 'org.example.chat',
  });
});

test('GCM takes the whole service account as one string', () => {
  const { PlatformCredential = '', ...others } = credentialsOf('GCM', 'google', JSON.stringify(google));
  expect(JSON.parse(PlatformCredential)).toEqual(google);
  expect(others).toEqual({});
});

describe('a secret that is not as it should be', () => {
  const { keyId: _, ...without } = apple;
  const wrong: { platform: Platform; secret: string; says: string }[] = [
    { platform: 'APNS', secret: privateKey, says: 'is not JSON' },
    { platform: 'GCM', secret: 'null', says: 'is not a JSON object' },
    { platform: 'APNS', secret: JSON.stringify(without), says: 'misses keyId, or has it' },
    { platform: 'APNS', secret: JSON.stringify({ ...apple, privateKey: 'c2VjcmV0' }), says: 'privateKey' },
    { platform: 'GCM', secret: JSON.stringify(apple), says: 'type, project_id, client_email, private_key' },
    { platform: 'APNS', secret: JSON.stringify(google), says: 'keyId, teamId, bundleId, privateKey' },
  ];

  test.for(wrong)('for $platform is told by its name and fields, never by what it holds: $says', (one) => {
    const { platform, secret, says } = one;
    const attempt = () => credentialsOf(platform, 'our/secret', secret);
    expect(attempt).toThrow(/^The secret our\/secret .*: store it as docs\/push\.md says\.$/);
    expect(attempt).toThrow(says);
    expect(attempt).not.toThrow(/c2VjcmV0|gserviceaccount|ABC123DEFG/);
  });
});
