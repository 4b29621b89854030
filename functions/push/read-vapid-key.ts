import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseVapidKey } from '../shared/vapid-key.ts';

/** Reads the private key's `d` when it is first asked for, and then never again: the key never changes. */
export const readVapidKey = (secret: string): (() => Promise<string>) => {
  const client = new SecretsManagerClient();
  let known: string | undefined;

  return async () => {
    if (known === undefined) {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
      known = parseVapidKey(secret, SecretString).d;
    }
    return known;
  };
};
