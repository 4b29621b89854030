/** `npm run check:fuzz`: says random frames to a local cloud; fails if any brought it down, or a neighbour. */
import { type CommandLine, readCommandLine } from './command-line.ts';
import { startApp } from '../../fixtures/stage.ts';
import { fuzz } from './fuzz.ts';
import { generousRates } from '../generous.ts';
import { describeReport, isClean } from './report.ts';

const settings = Object.fromEntries(
  Object.entries({ ...generousRates, throttlingRate: 10_000, throttlingBurst: 5000 }).map(([name, value]) => [
    `tandem.${name}`,
    value,
  ]),
);

const run = async ({ json, frames, seed }: CommandLine): Promise<void> => {
  await using started = await startApp(settings);
  const report = await fuzz({ app: started.app.synth().directory, frames, seed });
  process.stdout.write(`${json ? JSON.stringify(report) : describeReport(report)}\n`);
  if (!isClean(report)) process.exitCode = 1;
};

const commandLine = readCommandLine(process.argv.slice(2));
if ('wrong' in commandLine) {
  process.stderr.write(`${commandLine.wrong}\n`);
  process.exitCode = 2;
} else await run(commandLine);
