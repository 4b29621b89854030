import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { functionConfig, functionResources, loadTemplate } from '#local';
import { median } from './median.ts';

/** What a function weighs, and takes to load; times in milliseconds on this machine. */
export type Import = {
  function: string;
  /** MB. */
  memory: number;
  /** KB, minified, and that compressed. */
  bundle: number;
  gzip: number;
  /** Loading the bundle in a fresh process: the median, and how many times that of `node:http`. */
  import: number;
  ratio: number;
};

const repeats = 11;

const namedByArn = new Set(['AWS::SNS::Topic', 'Custom::PlatformApplication']);

/** What functions that only start up take for the address of a resource. */
const anything = ({ type }: { type: string }) =>
  namedByArn.has(type) ? 'arn:aws:sns:us-east-1:000000000000:any' : 'ws://127.0.0.1:1';

/** Measures the bundles of the app synthesized in a folder, by the names that Lambda has for the functions. */
export const measureImports = async (app: string): Promise<Map<string, Import>> => {
  const template = await loadTemplate(app, { attributes: anything });
  const baseline = await importTime('node:http', {});
  const imports = new Map<string, Import>();
  for (const resource of functionResources(template)) {
    const { id, name, memory, folder, variables } = functionConfig(resource, template);
    if (folder === undefined) continue;
    const file = join(folder, 'index.mjs');
    const bundle = await readFile(file);
    const time = await importTime(file, variables);
    imports.set(name, {
      function: id.replace(/[0-9A-F]{8}$/, ''),
      memory,
      bundle: bundle.length / 1024,
      gzip: gzipSync(bundle).length / 1024,
      import: time,
      ratio: time / baseline,
    });
  }
  return imports;
};

const script =
  'const began = performance.now(); await import(process.argv[1]); process.stdout.write(String(performance.now() - began)); process.exit();';

/** The median time that a fresh process takes to load a module. */
const importTime = async (module: string, variables: Record<string, string>): Promise<number> => {
  const env = { ...variables, AWS_REGION: 'us-east-1' };
  const times: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    const args = ['--input-type=module', '--eval', script, module];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    times.push(z.parse(z.number(), JSON.parse(stdout)));
  }
  return median(times);
};
