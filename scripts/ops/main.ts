/** `npm run ops -- COMMAND`: what an operator does by hand, at a deployed stage or the local cloud. */
import { UsageError } from './command-line.ts';
import { explain } from './explain.ts';
import { operate } from './operate.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  await operate(process.argv.slice(2), { say, now: Date.now });
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
