/** `npm run demo`: the whole story on one machine, with a cloud of its own or the one at `--endpoint`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { tellStory } from './story.ts';

const { json, endpoint } = parseArgs({
  options: { json: { type: 'boolean', default: false }, endpoint: { type: 'string' } },
}).values;

/** `npm start` in a folder that is thrown away. */
const startCloud = async (folder: string) => {
  const args = ['local/main.ts', '--json', '--port', '0', '--data', join(folder, 'cloud')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  const ready = z.object({ endpoint: z.string() }).parse(typeof line === 'string' ? JSON.parse(line) : undefined);
  const end = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { endpoint: ready.endpoint, [Symbol.asyncDispose]: end };
};

const say = (line: string) => process.stdout.write(`${line}\n`);

const tell = async (): Promise<boolean> => {
  const began = performance.now();
  await using cleaning = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'tandem-demo-'));
  cleaning.defer(() => rm(folder, { recursive: true, maxRetries: 5 }));
  const place = { endpoint: endpoint ?? cleaning.use(await startCloud(folder)).endpoint, folder };

  const outcome = await tellStory(place, say);
  const ms = Math.round(performance.now() - began);
  const { linked, sent, delivered, duplicates, lost, unlinked } = outcome;
  const summary = `${sent} copies sent, ${delivered} delivered, ${duplicates} twice, ${lost} lost; ${ms / 1000} s.`;
  say(json ? JSON.stringify({ ...outcome, ms }) : summary);
  return linked && unlinked && delivered === sent && duplicates === 0;
};

try {
  if (!(await tell())) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
