import { randomInt, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { secretArn, type Template } from '../../template/index.ts';
import { type KeptMap, openKeptMap } from '../kept-map.ts';
import { parseResource } from '../parse-resource.ts';
import { physicalName } from '../physical-name.ts';
import { Generate, generateSecret } from './generate.ts';
import { findVersion, notFound, Secret, withVersion } from './secret.ts';

export type Secrets = Disposable & {
  /** By its name, its ARN, or the ARN without the six characters at its end. Throws when there is none. */
  find: (id: string) => Secret;
  /** What a policy must allow an operation on, whether there is such a secret or not. */
  arnOf: (id: string) => string;
  put: (secret: Secret) => void;
  has: (name: string) => boolean;
};

export type SecretsOptions = {
  template: Template;
  /** The folder that keeps the secrets between runs; in memory without one. */
  data: string | undefined;
  /** A file of JSON that gives secrets their values by their names, as a deployer does by hand; it need not exist. */
  file: string | undefined;
  now: () => number;
};

const Properties = z.object({
  Name: z.optional(z.string()),
  Description: z.optional(z.string()),
  SecretString: z.optional(z.string()),
  GenerateSecretString: z.optional(Generate),
});
const Given = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.unknown())]));

/** The secrets of the template, those of the file, and those that were made since. */
export const openSecrets = async ({ template, data, file, now }: SecretsOptions): Promise<Secrets> => {
  const given = await readGiven(file);
  const kept: KeptMap<Secret> = openKeptMap({ data, name: 'secrets', schema: Secret });
  const empty = (name: string, description?: string): Secret => ({
    arn: secretArn(template, name),
    name,
    description,
    createdAt: now(),
    versions: [],
  });
  const version = (string: string) => ({ id: randomUUID(), string, stages: ['AWSCURRENT'], createdAt: now() });

  for (const resource of template.resources.values()) {
    if (resource.type !== 'AWS::SecretsManager::Secret') continue;
    const properties = parseResource(Properties, resource);
    const name = physicalName(template, resource.id, properties.Name);
    // As in a deployment, what has a value keeps it, whatever the template says later.
    if (kept.get(name) === undefined) {
      const secret = empty(name, properties.Description);
      const initial = initialValue(properties);
      kept.set(name, initial === undefined ? secret : withVersion(secret, version(initial)));
    }
  }
  for (const [name, value] of Object.entries(given)) {
    const secret = kept.get(name) ?? empty(name);
    const string = typeof value === 'string' ? value : JSON.stringify(value);
    if (currentString(secret) !== string) kept.set(name, withVersion(secret, version(string)));
  }

  const arnOf = (id: string): string => {
    const known = kept.values().find(({ arn, name }) => [arn, name, arn.slice(0, -'-abcdef'.length)].includes(id));
    return known?.arn ?? (id.startsWith('arn:') ? id : secretArn(template, id));
  };
  return {
    arnOf,
    find: (id) => {
      const arn = arnOf(id);
      const found = kept.values().find((secret) => secret.arn === arn);
      if (found === undefined) throw notFound("Secrets Manager can't find the specified secret.");
      return found;
    },
    put: (secret) => kept.set(secret.name, secret),
    has: (name) => kept.get(name) !== undefined,
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
};

const initialValue = ({ SecretString, GenerateSecretString }: z.infer<typeof Properties>): string | undefined =>
  GenerateSecretString === undefined ? SecretString : generateSecret(GenerateSecretString, (below) => randomInt(below));

const currentString = (secret: Secret): string | undefined =>
  secret.versions.length === 0 ? undefined : findVersion(secret, undefined, undefined).string;

const readGiven = async (file: string | undefined): Promise<z.infer<typeof Given>> => {
  if (file === undefined) return {};
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return z.parse(Given, JSON.parse(content));
  } catch {
    // Not what is wrong with it: that would show the secrets.
    throw new Error(`${file} must hold a JSON object with the names of secrets and their values: text, or an object.`);
  }
};
