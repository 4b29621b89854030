import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TandemApp } from '../../infra/tandem-app.ts';

/** An app with other settings than cdk.json's, which is written to a folder of its own. */
export const startApp = async (settings: Record<string, unknown> = {}) => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'tandem-stage-'));
  const app = new TandemApp({ context: settings, outdir: folder.path, builtinCloudFormationValidation: false });
  return { app, [Symbol.asyncDispose]: () => folder.remove() };
};

/** The template of an app with these settings. */
export const templateWith = async (settings: Record<string, unknown>): Promise<unknown> => {
  await using started = await startApp(settings);
  const { app } = started;
  return app.synth().getStackArtifact(app.stack.artifactId).template;
};
