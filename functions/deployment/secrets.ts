import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** Secrets Manager, as far as a deployment needs it. */
export type Secrets = {
  /** Undefined when there is no such secret. */
  read: (name: string) => Promise<string | undefined>;
  /** Gives the value that it has then: the one of somebody who was faster, if there was one. */
  create: (name: string, value: string) => Promise<string>;
};

export const openSecrets = (client: SecretsManagerClient): Secrets => {
  const read = async (name: string): Promise<string | undefined> => {
    try {
      return (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString ?? '';
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
  const create = async (name: string, value: string): Promise<string> => {
    try {
      await client.send(new CreateSecretCommand({ Name: name, SecretString: value }));
      return value;
    } catch (error) {
      if (!(error instanceof ResourceExistsException)) throw error;
      return (await read(name)) ?? '';
    }
  };
  return { read, create };
};
