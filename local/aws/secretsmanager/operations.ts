import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { secretArn, type Template } from '../../template/index.ts';
import { AwsError } from '../errors.ts';
import { current, findVersion, type Secret, type Version, withStage, withVersion } from './secret.ts';
import type { Secrets } from './secrets.ts';

export type SecretsOperation = {
  /** The ARN that a policy must allow it on. */
  resource: (input: unknown) => string;
  run: (input: unknown) => object;
};

const Value = { SecretString: z.optional(z.string()), SecretBinary: z.optional(z.string()) };
const Get = z.object({
  SecretId: z.string(),
  VersionId: z.optional(z.string()),
  VersionStage: z.optional(z.string()),
});
const Create = z.object({
  Name: z.string().check(z.regex(/^[\w/+=.@-]{1,512}$/, 'is made of letters, digits and / _ + = . @ -')),
  Description: z.optional(z.string()),
  ClientRequestToken: z.optional(z.string()),
  ...Value,
});
const Put = z.object({
  SecretId: z.string(),
  ClientRequestToken: z.optional(z.string()),
  VersionStages: z._default(z.array(z.string()).check(z.minLength(1)), [current]),
  ...Value,
});
const UpdateStage = z.object({
  SecretId: z.string(),
  VersionStage: z.string(),
  RemoveFromVersionId: z.optional(z.string()),
  MoveToVersionId: z.optional(z.string()),
});

/** The operations of the Secrets Manager API that are served. */
export const secretsOperations = (secrets: Secrets, template: Template, now: () => number) => {
  const ofSecret = ({ SecretId }: { SecretId: string }) => secrets.arnOf(SecretId);
  return {
    GetSecretValue: operation(Get, ofSecret, ({ SecretId, VersionId, VersionStage }) => {
      const secret = secrets.find(SecretId);
      const { id, string, binary, stages, createdAt } = findVersion(secret, VersionId, VersionStage);
      return {
        ...identityOf(secret, id),
        SecretString: string,
        SecretBinary: binary,
        VersionStages: stages,
        CreatedDate: createdAt / 1000,
      };
    }),
    DescribeSecret: operation(z.object({ SecretId: z.string() }), ofSecret, ({ SecretId }) => {
      const { arn: ARN, name: Name, description: Description, createdAt, versions } = secrets.find(SecretId);
      const staged = versions.filter(({ stages }) => stages.length > 0);
      const VersionIdsToStages = Object.fromEntries(staged.map(({ id, stages }) => [id, stages]));
      return { ARN, Name, Description, CreatedDate: createdAt / 1000, VersionIdsToStages };
    }),
    CreateSecret: operation(
      Create,
      ({ Name }) => secretArn(template, Name),
      ({ Name: name, Description: description, ClientRequestToken: id = randomUUID(), ...value }) => {
        if (secrets.has(name)) throw exists(`The operation failed because the secret ${name} already exists.`);
        const arn = secretArn(template, name);
        const secret: Secret = { arn, name, description, createdAt: now(), versions: [] };
        const hasValue = value.SecretString !== undefined || value.SecretBinary !== undefined;
        secrets.put(
          hasValue ? withVersion(secret, newVersion({ id, stages: [current], createdAt: now() }, value)) : secret,
        );
        return hasValue ? identityOf(secret, id) : { ARN: arn, Name: name };
      },
    ),
    PutSecretValue: operation(
      Put,
      ofSecret,
      ({ SecretId, ClientRequestToken: id = randomUUID(), VersionStages, ...value }) => {
        const secret = secrets.find(SecretId);
        const version = newVersion({ id, stages: VersionStages, createdAt: now() }, value);
        const existing = secret.versions.find((one) => one.id === id);
        if (existing !== undefined && (existing.string !== version.string || existing.binary !== version.binary)) {
          throw exists(`You can't modify an existing version: ${id} has another value.`);
        }
        const changed = existing === undefined ? withVersion(secret, version) : secret;
        secrets.put(changed);
        return { ...identityOf(changed, id), VersionStages: findVersion(changed, id, undefined).stages };
      },
    ),
    UpdateSecretVersionStage: operation(UpdateStage, ofSecret, (input) => {
      const { SecretId, VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to } = input;
      const secret = secrets.find(SecretId);
      const holder = secret.versions.find(({ stages }) => stages.includes(stage))?.id;
      if (to !== undefined) findVersion(secret, to, undefined);
      if (holder !== undefined && holder !== from && holder !== to) {
        throw invalid(`The parameter RemoveFromVersionId must be ${holder}, which has the staging label ${stage}.`);
      }
      if (stage === current && to === undefined) {
        throw invalid(`The staging label ${current} can only be moved to another version, not removed.`);
      }
      secrets.put(withStage(secret, stage, to));
      return { ARN: secret.arn, Name: secret.name };
    }),
  } satisfies Record<string, SecretsOperation>;
};

const operation = <T>(
  schema: z.ZodMiniType<T>,
  resource: (input: T) => string,
  run: (input: T) => object,
): SecretsOperation => {
  const parse = (input: unknown): T => {
    const parsed = z.safeParse(schema, input);
    if (parsed.success) return parsed.data;
    // Without the input itself, which may be the secret.
    throw new AwsError('ValidationException', `What the local cloud does not take: ${z.prettifyError(parsed.error)}`);
  };
  return { resource: (input) => resource(parse(input)), run: (input) => run(parse(input)) };
};

type GivenValue = { SecretString?: string | undefined; SecretBinary?: string | undefined };

function newVersion(
  made: Pick<Version, 'id' | 'stages' | 'createdAt'>,
  { SecretString: string, SecretBinary: binary }: GivenValue,
): Version {
  if ((string === undefined) === (binary === undefined)) {
    throw invalid('You must provide either SecretString or SecretBinary.');
  }
  return { ...made, string, binary };
}

const identityOf = ({ arn: ARN, name: Name }: Secret, VersionId: string) => ({ ARN, Name, VersionId });

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);
const exists = (message: string): AwsError => new AwsError('ResourceExistsException', message);
