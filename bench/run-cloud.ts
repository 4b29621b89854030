import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as z from 'zod/mini';

const Credentials = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
const Ready = z.object({
  endpoint: z.string(),
  aws: z.string(),
  credentials: Credentials,
  window: z.string(),
  pid: z.int(),
});

/** The whole local cloud as `npm start` runs it; `pid` is its own process, not npm's. */
export type RunningCloud = AsyncDisposable &
  z.infer<typeof Ready> & {
    /** Milliseconds from the command to the line that says it is ready. */
    startedIn: number;
    /** What it writes to standard error. */
    complaints: Readable;
    /** The folder of the synthesized app. */
    app: string;
  };

type Options = {
  /** The folder for all that it writes. */
  data: string;
  /** The checkout to run, this one without it. */
  folder?: string | undefined;
  /** The URL of another DynamoDB engine than its own. */
  engine?: string;
  /** What is otherwise than in cdk.json. */
  settings?: Readonly<Record<string, string>>;
  /** Whether its process can be profiled: see profile/inspect.ts. */
  inspectable?: boolean;
};

/** Starts it and waits until it is ready. Throws with what it said when it ends instead. */
export const runCloud = async ({
  data,
  folder,
  engine,
  settings = {},
  inspectable,
}: Options): Promise<RunningCloud> => {
  const began = performance.now();
  const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn('npm', ['start', '--silent', '--', '--json', '--port', '0', '--data', data, ...context], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...(engine !== undefined && { DYNAMODB_ENDPOINT: engine }),
      // Any free port, once it is asked to be inspected.
      ...(inspectable === true && { NODE_OPTIONS: '--inspect-port=0' }),
    },
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = once(child, 'exit').then(() => undefined);
  const told = once(createInterface({ input: child.stdout }), 'line').then(([line]: unknown[]) => line);
  const line = await Promise.race([told, ended]);
  if (line === undefined) throw new Error(`npm start ended before it was ready: ${complaints.trim()}`);
  const startedIn = performance.now() - began;
  const ready = Ready.parse(JSON.parse(z.string().parse(line)));
  return {
    ...ready,
    startedIn,
    complaints: child.stderr,
    app: join(data, 'cdk.out'),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      process.kill(ready.pid, 'SIGTERM');
      await ended;
    },
  };
};
