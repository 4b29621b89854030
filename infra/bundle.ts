import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type FunctionName, functions } from './functions.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = `${root}dist/functions`;

/** The folder with the bundle of one function, `index.mjs`, and its source map. */
export const bundleFolder = (name: FunctionName): string => `${output}/${name}`;

/** Bundles every function. @throws what esbuild found wrong. */
export const bundle = async (): Promise<void> => {
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(functions).map(([name, { entry }]) => [`${name}/index`, entry])),
    outdir: output,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The AWS SDK's ES modules come first: they shake down to two thirds of its CommonJS.
    mainFields: ['module', 'main'],
    // Lambda gives credentials by the environment: what looks for them elsewhere is a seventh of a bundle.
    alias: { '@aws-sdk/credential-provider-node': `${root}functions/shared/credentials.ts` },
    sourcemap: 'external',
    logLevel: 'warning',
  });
};
