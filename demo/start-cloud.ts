import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';

const Ready = z.object({ endpoint: z.string(), window: z.string() });

/** `npm start` in a folder that is thrown away, with more arguments where there are any. */
export const startCloud = async (folder: string, more: readonly string[] = []) => {
  const args = ['local/main.ts', '--json', '--port', '0', '--data', join(folder, 'cloud'), ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  const ready = Ready.parse(typeof line === 'string' ? JSON.parse(line) : undefined);
  const end = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { ...ready, [Symbol.asyncDispose]: end };
};
