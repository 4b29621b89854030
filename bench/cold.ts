import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { functionConfig, functionResources, loadTemplate, startCloud } from '#local';
import { follow } from './follow.ts';
import { median } from './median.ts';
import { Person } from './people.ts';

/** What it takes to start a function; times in milliseconds on this machine. */
export type Start = {
  function: string;
  /** MB. */
  memory: number;
  /** KB, minified, and that compressed. */
  bundle: number;
  gzip: number;
  /** Loading the bundle in a fresh process: the median, and how many times that of `node:http`. */
  import: number;
  ratio: number;
  /** The handler's first invocation; nothing for a function that runs only when the stack is deployed. */
  firstCall: number | undefined;
};

const repeats = 11;

/** What functions that only start up take for the address of a resource. */
const anything = ({ type }: { type: string }) =>
  type === 'AWS::SNS::Topic' ? 'arn:aws:sns:us-east-1:000000000000:any' : 'ws://127.0.0.1:1';

/** Measures the functions of the app synthesized in a folder. */
export const measureStarts = async (app: string): Promise<Start[]> => {
  const template = await loadTemplate(app, { attributes: anything });
  const firstCalls = await measureFirstCalls(app);
  const baseline = await importTime('node:http', {});
  const starts: Start[] = [];
  for (const resource of functionResources(template)) {
    const { id, name, memory, folder, variables } = functionConfig(resource, template);
    if (folder === undefined) continue;
    const file = join(folder, 'index.mjs');
    const bundle = await readFile(file);
    const time = await importTime(file, variables);
    starts.push({
      function: id.replace(/[0-9A-F]{8}$/, ''),
      memory,
      bundle: bundle.length / 1024,
      gzip: gzipSync(bundle).length / 1024,
      import: time,
      ratio: time / baseline,
      firstCall: firstCalls.get(name),
    });
  }
  return starts;
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

/** How long the handler of each function ran when it was first called, in a cloud where nothing is warm but the data. */
const measureFirstCalls = async (app: string): Promise<Map<string, number>> => {
  const data = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rm(data, { recursive: true }));
  await using ada = new Person();
  await using ben = new Person();
  {
    await using cloud = await startCloud({ app, data });
    await ada.register(cloud.endpoint);
    await ben.register(cloud.endpoint);
    await Promise.all([ada.switchOff(), ben.switchOff()]);
  }

  await using cloud = await startCloud({ app, data });
  using follower = follow(cloud);
  const times = new Map<string, number>();
  cloud.lambda.onActivity((activity) => {
    if (activity.kind === 'started' || times.has(activity.function)) return;
    times.set(activity.function, activity.duration);
  });
  await ada.switchOn(cloud.endpoint);
  await ada.phone.send({ to: ben.account, body: new Uint8Array(500) });
  await using _computer = await ada.linkComputer();
  await ada.switchOff();
  // By then the computer has asked for its mail, and the phone is known to have left.
  await follower.quiet(500);
  return times;
};
