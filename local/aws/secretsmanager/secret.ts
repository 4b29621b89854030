import * as z from 'zod/mini';
import { AwsError } from '../errors.ts';

/** The value of a secret at one time; binary is base64. */
export const Version = z.object({
  id: z.string(),
  string: z.optional(z.string()),
  binary: z.optional(z.string()),
  stages: z.array(z.string()),
  /** In milliseconds since 1970. */
  createdAt: z.number(),
});
export type Version = z.infer<typeof Version>;

export const Secret = z.object({
  arn: z.string(),
  name: z.string(),
  description: z.optional(z.string()),
  createdAt: z.number(),
  versions: z.array(Version),
});
export type Secret = z.infer<typeof Secret>;

export const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';

/**
 * The secret with one more version, whose stages no other version has any longer. The first version is the current
 * one, and what was current before becomes the previous one (Secrets Manager API, "PutSecretValue").
 */
export const withVersion = (secret: Secret, version: Version): Secret => {
  const stages = secret.versions.length === 0 ? [...new Set([current, ...version.stages])] : version.stages;
  const added = { ...secret, versions: [...secret.versions, { ...version, stages: [] }] };
  return stages.reduce((moved, stage) => withStage(moved, stage, version.id), added);
};

/** The secret with a stage on one version and on no other; on none at all without a version. */
export const withStage = (secret: Secret, stage: string, to: string | undefined): Secret => {
  const from = secret.versions.find(({ stages }) => stages.includes(stage))?.id;
  if (from === to) return secret;
  const versions = secret.versions.map((version) => {
    const others = version.stages.filter((one) => one !== stage);
    return { ...version, stages: version.id === to ? [...others, stage] : others };
  });
  const moved = { ...secret, versions };
  return stage === current && from !== undefined ? withStage(moved, previous, from) : moved;
};

/** The version with an id, with a stage, or both. Throws when there is none. */
export const findVersion = ({ versions }: Secret, id: string | undefined, stage: string | undefined): Version => {
  const wanted = id === undefined && stage === undefined ? current : stage;
  const found = versions.find(
    (version) => (id ?? version.id) === version.id && (wanted === undefined || version.stages.includes(wanted)),
  );
  if (found !== undefined) return found;
  const what = wanted === undefined ? `VersionId: ${id}` : `staging label: ${wanted}`;
  throw notFound(`Secrets Manager can't find the specified secret value for ${what}`);
};

export const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
