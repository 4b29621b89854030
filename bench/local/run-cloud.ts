import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';

const Credentials = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });
const Ready = z.object({ endpoint: z.string(), aws: z.string(), credentials: Credentials, pid: z.int() });

/** The whole local cloud as `npm start` runs it; `pid` is its own process, not npm's. */
export type RunningCloud = AsyncDisposable &
  z.infer<typeof Ready> & {
    /** Milliseconds from the command to the line that says it is ready. */
    startedIn: number;
  };

type Options = {
  /** The folder for all that it writes. */
  data: string;
  /** The URL of another DynamoDB engine than its own. */
  engine?: string;
};

/** Starts it and waits until it is ready. Throws with what it said when it ends instead. */
export const runCloud = async ({ data, engine }: Options): Promise<RunningCloud> => {
  const began = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--json', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(engine !== undefined && { DYNAMODB_ENDPOINT: engine }) },
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
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      process.kill(ready.pid, 'SIGTERM');
      await ended;
    },
  };
};
