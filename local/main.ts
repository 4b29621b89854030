/** `npm start`: synthesizes the CDK app of this folder and serves it here until it is told to stop. */
import { mkdir, rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type Cloud, startCloud } from './cloud.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { openLog } from './log-file.ts';
import { synthesize } from './synthesize.ts';

const stopped = new Promise<void>((stop) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
});

const commandLine = readCommandLine(process.argv.slice(2));
if ('wrong' in commandLine) fail(commandLine.wrong, 2);
else
  await serve(commandLine).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error), 1));

async function serve({ json, port, data, fresh }: CommandLine): Promise<void> {
  const paths = { app: resolve(data, 'cdk.out'), data: resolve(data, 'state'), log: resolve(data, 'cloud.log') };
  // Only what was written by us: the folder may be one that somebody keeps other things in.
  if (fresh) await Promise.all(Object.values(paths).map((path) => rm(path, { recursive: true, force: true })));
  await mkdir(data, { recursive: true });
  await synthesize(process.cwd(), paths.app);

  await using log = openLog(paths.log);
  // A fixed port for the API means one for AWS as well, the next, so that a shell can be set up for it once.
  const ports = { port, awsPort: port === 0 ? 0 : port + 1 };
  const engine = process.env['DYNAMODB_ENDPOINT'];
  const place = { ...ports, app: paths.app, data: paths.data };
  await using cloud = await startCloud({ ...place, ...(engine && { engine }), log: log.write });
  process.stdout.write(json ? `${JSON.stringify(facts(cloud))}\n` : welcome(cloud, paths.log));
  await stopped;
}

function facts({ endpoint, management, aws }: Cloud) {
  return { endpoint, management, aws: aws.url, pid: process.pid };
}

function welcome({ stack, endpoint, aws }: Cloud, log: string): string {
  return `${stack} runs on this machine.

  WebSocket   ${endpoint}
  AWS         ${aws.url}
  Log         ${relative('', log)}

Next, in another terminal: npm run demo
Ctrl-C stops it and keeps its data; npm start -- --fresh begins without.
`;
}

function fail(message: string, code: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
