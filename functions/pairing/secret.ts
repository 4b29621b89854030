import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How long a secret is kept before it is read again, so that a rotated one is taken up. */
const life = 5 * 60_000;
const least = 32;

/** Reads a secret of Secrets Manager, again after five minutes. @throws when it is too short to be one */
export const readSecret = (id: string): (() => Promise<string>) => {
  const client = new SecretsManagerClient();
  let kept: { value: string; until: number } | undefined;

  return async () => {
    if (kept !== undefined && performance.now() < kept.until) return kept.value;
    const { SecretString: value = '' } = await client.send(new GetSecretValueCommand({ SecretId: id }));
    if (value.length < least) throw new Error(`the secret must have ${least} characters at least`);
    kept = { value, until: performance.now() + life };
    return value;
  };
};
