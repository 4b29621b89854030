import { generateKeyPairSync } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { customResource } from './custom-resource.ts';
import { openSecrets } from './secrets.ts';
import { ensureVapidKey } from './vapid-key.ts';

const generate = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify(privateKey.export({ format: 'jwk' }));
};

export const handler = customResource(ensureVapidKey({ secrets: openSecrets(new SecretsManagerClient()), generate }));
