/** `npm run check:pairing`: random histories of pairing under faults, and what must hold after each. */
import { bundle } from '../../../infra/bundle.ts';
import { checkPairing } from './check.ts';
import { type CommandLine, help, readCommandLine } from './command-line.ts';
import { asText, failureText } from './report.ts';

/** Histories, after which it says how far it is. */
const stretch = 100;

const commandLine = readCommandLine(process.argv.slice(2));
if (commandLine === 'help') process.stdout.write(`${help}\n`);
else if ('wrong' in commandLine) fail(commandLine.wrong, 2);
else
  await check(commandLine).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error), 1));

async function check({ seed, numbers, json }: CommandLine): Promise<void> {
  await bundle();
  const report = await checkPairing(seed, numbers, (played, failure) => {
    if (failure !== undefined) tell(failureText(failure, seed));
    if (played % stretch === 0) tell(`${played} of ${numbers.length} played`);
  });
  process.stdout.write(`${json ? JSON.stringify(report) : asText(report)}\n`);
  if (report.violations > 0) process.exitCode = 1;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(message: string, code: number): void {
  tell(message);
  process.exitCode = code;
}
