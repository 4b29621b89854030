import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import * as z from 'zod/mini';

const project = z.object({ app: z.string(), context: z._default(z.record(z.string(), z.unknown()), {}) });

/**
 * Runs the CDK app of a project folder as the CDK's command line does, into the folder `output`, and waits for its end.
 * `settings` come before those of the project's cdk.json, like the command line's `-c`. Throws with what the app said
 * when it fails.
 */
export async function synthesize(
  folder: string,
  output: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { app, context } = await readProject(join(folder, 'cdk.json'));
  const child = spawn(app, {
    cwd: folder,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // Whoever runs this without npm may have another Node first on the path.
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...settings }),
      CDK_OUTDIR: output,
      // `cdk synth` and `cdk deploy` validate the template; here that would more than double the wait.
      CDK_VALIDATION: 'false',
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const closed: unknown[] = await once(child, 'close');
  if (closed[0] !== 0) throw new Error(`The CDK app could not be synthesized (${app}):\n${said.trim()}`);
}

async function readProject(file: string): Promise<z.infer<typeof project>> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`There is no ${file}: run this in the folder of the project.`, { cause });
  });
  const parsed = z.safeParse(project, JSON.parse(content));
  if (parsed.success) return parsed.data;
  throw new Error(`${file} does not name an app to run: ${z.prettifyError(parsed.error)}`);
}
