import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the synthesized app: templates, and the bundles of all functions. */
    app: string;
  }
}

/** Bundles and synthesizes the app once a run, without the checks of `npm run synth`. */
export const setup = async (project: TestProject) => {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-app-'));
  await promisify(execFile)(process.execPath, ['infra/app.ts'], {
    cwd: project.config.root,
    env: { ...process.env, CDK_OUTDIR: folder, CDK_VALIDATION: 'false' },
  });
  project.provide('app', folder);
  return () => rm(folder, { recursive: true });
};
