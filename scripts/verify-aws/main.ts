/** `npm run verify:aws -- --endpoint wss://…`: does a stage do at its edge what the local cloud does? */
import { parseArgs } from 'node:util';
import { checks } from './checks.ts';
import { managementChecks } from './management-checks.ts';
import { openStage } from './stage.ts';

const api = '<api>.execute-api.<region>.amazonaws.com/<stage>';
const usage = `Usage: npm run verify:aws -- --endpoint wss://${api} [--management https://${api}, with AWS credentials in the environment]`;

type Wanted = { endpoint: string; management: string | undefined };

try {
  await run(readCommandLine());
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}

async function run({ endpoint, management }: Wanted): Promise<void> {
  await verify(checks, endpoint);
  if (management === undefined) return;
  await using stage = await openStage({ endpoint, management });
  await verify(managementChecks, stage);
}

function readCommandLine(): Wanted {
  const options = { endpoint: { type: 'string' }, management: { type: 'string' } } as const;
  try {
    const { endpoint = '', management } = parseArgs({ options }).values;
    if (!/^wss?:\/\/./.test(endpoint)) throw new Error('--endpoint must be a URL with wss:.');
    if (!/^https?:\/\/./.test(management ?? 'https://host')) throw new Error('--management must be a URL with https:.');
    return { endpoint, management };
  } catch (error) {
    // Node adds lines of advice for some mistakes.
    const [why = ''] = messageOf(error).split('\n');
    throw new Error(`${why.replace(/\.$/, '')}. ${usage}`, { cause: error });
  }
}

async function verify<T>(all: Readonly<Record<string, (subject: T) => Promise<void>>>, subject: T): Promise<void> {
  for (const [name, check] of Object.entries(all)) {
    const reason = await check(subject).then(() => undefined, messageOf);
    process.stdout.write(`${reason === undefined ? 'as here ' : 'DIFFERS '} ${name}\n`);
    if (reason === undefined) continue;
    process.stdout.write(`${reason.replaceAll(/^/gm, '          ')}\n`);
    process.exitCode = 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
