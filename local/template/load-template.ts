import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { dependencies } from './dependencies.ts';
import { describe } from './describe.ts';
import { document } from './document.ts';
import type { Deployable } from './model.ts';
import { type Attributes, stackResources, stackScope } from './stack.ts';

const region = 'us-east-1';
const account = '000000000000';

const manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.optional(z.record(z.string(), z.unknown())) }),
  ),
});
const stackArtifact = z.object({ templateFile: z.string(), stackName: z.optional(z.string()) });
const assetArtifact = z.object({ file: z.string() });
const assetManifest = z.object({
  files: z.optional(
    z.record(
      z.string(),
      z.object({
        source: z.object({ path: z.optional(z.string()), packaging: z.optional(z.string()) }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    ),
  ),
});

/**
 * Reads a synthesized cloud assembly (a `cdk.out` folder with exactly one stack) as it would be after deployment.
 * `attributes` supplies what only a running cloud knows, for example the ApiEndpoint of an API.
 * Throws when the folder holds no such assembly; reading a resource's `properties` throws when they cannot be resolved.
 */
export async function loadTemplate(folder: string, { attributes }: { attributes: Attributes }): Promise<Deployable> {
  const { artifacts } = await readJson(resolve(folder, 'manifest.json'), manifest);
  const ofType = (type: string) => Object.entries(artifacts).filter(([, artifact]) => artifact.type === type);

  const stacks = ofType('aws:cloudformation:stack');
  const [found, ...others] = stacks;
  if (found === undefined || others.length > 0) {
    const names = stacks.map(([id]) => id).join(', ') || 'none';
    throw new Error(`The local cloud serves exactly one stack, and ${folder} holds ${names}.`);
  }
  const [id, { properties }] = found;
  const { templateFile, stackName: stack = id } = z.parse(stackArtifact, properties);
  const source = await readJson(resolve(folder, templateFile), document);

  const assets = new Map<string, string>();
  for (const [, artifact] of ofType('cdk:asset-manifest')) {
    const { file } = z.parse(assetArtifact, artifact.properties);
    const { files = {} } = await readJson(resolve(folder, file), assetManifest);
    for (const { source, destinations } of Object.values(files)) {
      for (const { objectKey } of Object.values(destinations)) {
        if (source.path !== undefined && source.packaging === 'zip')
          assets.set(objectKey, resolve(folder, source.path));
      }
    }
  }

  const place = { stack, region, account };
  const scope = stackScope(source, place, attributes);
  const resources = stackResources(source, place.stack, scope);
  const description = describe(source, resources, scope);
  return { ...place, resources, assets, description, dependencies: (id) => dependencies(source, id) };
}

async function readJson<Schema extends z.ZodMiniType>(file: string, schema: Schema): Promise<z.infer<Schema>> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`There is no ${file}: synthesize the app first (npm run synth).`, { cause });
  });
  const parsed = z.safeParse(schema, JSON.parse(content));
  if (!parsed.success) throw new Error(`${file} is not what the CDK writes: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
