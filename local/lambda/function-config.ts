import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Resource, Template } from '../template/index.ts';

/** A function of the template, with what its execution environments need. */
export type FunctionConfig = {
  /** Its logical id in the template. */
  id: string;
  name: string;
  arn: string;
  /** As the template says it: `file.export`. */
  handler: string;
  /** The folder of the bundle; undefined when the code is not an asset of the stack. */
  folder: string | undefined;
  variables: Record<string, string>;
  region: string;
  runtime: string;
  /** In milliseconds. */
  timeout: number;
  /** In megabytes. */
  memory: number;
  /** How many environments it may have at once, when the template reserves that. */
  reserved: number | undefined;
};

// Defaults: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
const functionProperties = z.object({
  FunctionName: z.optional(z.string()),
  Code: z.object({ S3Key: z.optional(z.string()) }),
  Environment: z._default(z.object({ Variables: z._default(z.record(z.string(), z.string()), {}) }), { Variables: {} }),
  Handler: z.string(),
  MemorySize: z._default(z.number(), 128),
  ReservedConcurrentExecutions: z.optional(z.number()),
  Runtime: z.string(),
  Timeout: z._default(z.number(), 3),
});

export const functionResources = ({ resources }: Template): Resource[] =>
  [...resources.values()].filter(({ type }) => type === 'AWS::Lambda::Function');

/** A Lambda function of the template. Throws when it has properties that cannot be served, naming them. */
export function functionConfig({ id, type, properties }: Resource, template: Template): FunctionConfig {
  const parsed = z.safeParse(functionProperties, properties);
  if (!parsed.success) throw new Error(`${id} (${type}) cannot be run: ${z.prettifyError(parsed.error)}`);
  const { Code, Environment, FunctionName, Handler, MemorySize, ReservedConcurrentExecutions, Runtime, Timeout } =
    parsed.data;
  const name = FunctionName ?? `${template.stack}-${id}`;
  return {
    id,
    name,
    arn: `arn:aws:lambda:${template.region}:${template.account}:function:${name}`,
    handler: Handler,
    folder: Code.S3Key === undefined ? undefined : template.assets.get(Code.S3Key),
    variables: Environment.Variables,
    region: template.region,
    runtime: Runtime,
    timeout: Timeout * 1000,
    memory: MemorySize,
    reserved: ReservedConcurrentExecutions,
  };
}

/** The file that holds a function's handler, and the name under which it exports it. Throws when there is none. */
export function findHandler({ name, folder, handler, runtime }: FunctionConfig): { file: string; exported: string } {
  if (!runtime.startsWith('nodejs'))
    throw new Error(`${name} is written for ${runtime}, and only Node.js is run here.`);
  if (folder === undefined)
    throw new Error(`${name} has no asset folder: only bundled functions (Code.fromAsset) are run here.`);
  const dot = handler.lastIndexOf('.');
  const path = handler.slice(0, dot);
  const candidates = [`${path}.mjs`, `${path}.js`, `${path}.cjs`];
  const found = candidates.find((candidate) => existsSync(join(folder, candidate)));
  if (found === undefined)
    throw new Error(`${name} has the handler ${handler}, but ${folder} holds no ${candidates.join(' or ')}.`);
  return { file: join(folder, found), exported: handler.slice(dot + 1) };
}
