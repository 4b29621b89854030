/** `npm start`: synthesizes the CDK app of this folder and serves it here until it is told to stop. */
import { mkdir, rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type Cloud, startCloud } from './cloud.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { readFaults } from './faults/index.ts';
import { ctrlC, onKeyPress } from './key-presses.ts';
import { openLog } from './log-file.ts';
import { usageTable } from './meter/index.ts';
import { checkPort } from './port-in-use.ts';
import { synthesize } from './synthesize.ts';
import { startWindow } from './window/index.ts';

const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());

const commandLine = readCommandLine(process.argv.slice(2));
if ('wrong' in commandLine) fail(commandLine.wrong, 2);
else
  await serve(commandLine).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error), 1));

async function serve(commandLine: CommandLine): Promise<void> {
  const { json, port, windowPort, data, timeToLiveLag, faults: file, settings, fresh } = commandLine;
  const faults = file === undefined ? {} : await readFaults(file);
  const paths = { app: resolve(data, 'cdk.out'), data: resolve(data, 'state'), log: resolve(data, 'cloud.log') };
  // Only what was written by us: the folder may be one that somebody keeps other things in.
  if (fresh) await Promise.all(Object.values(paths).map((path) => rm(path, { recursive: true, force: true })));
  // A fixed port for the API means one for AWS as well, the next, so that a shell can be set up for it once.
  const ports = { port, awsPort: port === 0 ? 0 : port + 1 };
  // Rather now than after the seconds that the app takes.
  await Promise.all([...Object.values(ports), windowPort ?? 0].map(checkPort));
  await mkdir(data, { recursive: true });
  await synthesize(process.cwd(), paths.app, settings);

  await using log = openLog(paths.log);
  const engine = process.env['DYNAMODB_ENDPOINT'];
  // Written by whoever deploys, so that a fresh start leaves it alone.
  const secrets = resolve(data, 'secrets.json');
  const place = { ...ports, app: paths.app, data: paths.data, secrets, timeToLiveLag, faults };
  await using cloud = await startCloud({ ...place, ...(engine && { engine }), log: log.write });
  await using window = await startWindow(cloud, windowPorts(port, windowPort));
  process.stdout.write(json ? `${JSON.stringify(facts(cloud, window.url))}\n` : welcome(cloud, window.url, paths.log));
  const tellUsage = () => process.stdout.write(`\nUsage so far:\n${usageTable(cloud.meter.snapshot())}\n`);
  using _keys = json ? undefined : onKeyPress({ m: tellUsage, [ctrlC]: stop });
  await stopped;
  if (!json) tellUsage();
}

/** Where the window may be: there if it was told where, else at any port above those of the API and of AWS. */
function windowPorts(port: number, given: number | undefined): number[] {
  if (given !== undefined) return [given];
  return port === 0 ? [0] : [port + 2, port + 3, port + 4, 0].filter((one) => one < 65_536);
}

function facts({ endpoint, management, aws, faults }: Cloud, window: string) {
  const seed = faults.active().length > 0 && { seed: faults.seed };
  const { url, operator: credentials } = aws;
  return { endpoint, management, aws: url, credentials, window, pid: process.pid, ...seed };
}

function welcome({ stack, endpoint, aws, faults }: Cloud, window: string, log: string): string {
  const active = faults.active().length;
  const notice = active === 0 ? '' : `\n  Faults      ${active}; repeated with "seed": ${faults.seed}`;
  const variables = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.operator.secretAccessKey,
  };
  return `${stack} runs on this machine.

  WebSocket   ${endpoint}
  AWS         ${aws.url}
  Window      ${window}
  Log         ${relative('', log)}${notice}

Next, in another terminal: npm run demo
For the AWS CLI and SDKs, with every permission, until it stops:
  export ${Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}
The key m shows what AWS would bill, Ctrl-C stops it and keeps its data; npm start -- --fresh begins without.
`;
}

function fail(message: string, code: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
