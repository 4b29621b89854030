/** `npm run check:history`: messages through a cloud that fails in every way, and what their history shows. */
import { bundle } from '../../../infra/bundle.ts';
import { checkHistory } from './check.ts';
import { type CommandLine, help, readCommandLine } from './command-line.ts';
import { asJson, asText, violationsText } from './report.ts';

/** Every other one has a computer beside the phone. */
const accounts = 4;

const commandLine = readCommandLine(process.argv.slice(2));
if (commandLine === 'help') process.stdout.write(`${help}\n`);
else if ('wrong' in commandLine) fail(commandLine.wrong, 2);
else
  await check(commandLine).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error), 1));

async function check({ seed, seconds, messages, json }: CommandLine): Promise<void> {
  await bundle();
  const report = await checkHistory({ seed, seconds, messages, accounts }, (accepted) =>
    process.stderr.write(`${accepted} messages are accepted\n`),
  );
  process.stdout.write(`${json ? asJson(report) : asText(report)}\n`);
  if (report.violations.length > 0) fail(violationsText(report), 1);
}

function fail(message: string, code: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
