/**
 * `npm run demo`: the whole story on one machine, with a cloud of its own or the one at `--endpoint`. `--load SECONDS`:
 * instead of the story, a cloud that is used by many, and its dashboard.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { showLoad } from './load/show-load.ts';
import { startCloud } from './start-cloud.ts';
import { tellStory } from './story.ts';

const { json, endpoint, load } = parseArgs({
  options: { json: { type: 'boolean', default: false }, endpoint: { type: 'string' }, load: { type: 'string' } },
}).values;

const say = (line: string) => process.stdout.write(`${line}\n`);

const tell = async (folder: string): Promise<boolean> => {
  const began = performance.now();
  await using cleaning = new AsyncDisposableStack();
  const place = { endpoint: endpoint ?? cleaning.use(await startCloud(folder)).endpoint, folder };

  const outcome = await tellStory(place, say);
  const ms = Math.round(performance.now() - began);
  const { linked, sent, delivered, duplicates, lost, unlinked } = outcome;
  const summary = `${sent} copies sent, ${delivered} delivered, ${duplicates} twice, ${lost} lost; ${ms / 1000} s.`;
  say(json ? JSON.stringify({ ...outcome, ms }) : summary);
  return linked && unlinked && delivered === sent && duplicates === 0;
};

const carry = async (folder: string, seconds: string): Promise<boolean> => {
  if (!/^[1-9]\d{0,4}$/.test(seconds)) throw new Error(`--load ${seconds} is not a number of seconds from 1 to 99999.`);
  const watch = async (dashboard: string) => {
    say(`For ${seconds} s: ${dashboard}`);
  };
  const done = await showLoad({ folder, seconds: Number(seconds), watch });
  say(
    json
      ? JSON.stringify(done)
      : Object.entries(done)
          .map(([what, count]) => `${count} × ${what}`)
          .join('\n'),
  );
  return true;
};

const folder = await mkdtemp(join(tmpdir(), 'tandem-demo-'));
try {
  if (!(await (load === undefined ? tell(folder) : carry(folder, load)))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, maxRetries: 5 });
}
