/** `npm run verify:aws -- --endpoint wss://…`: does a stage do at its edge what the local cloud does? */
import { parseArgs } from 'node:util';
import { checks } from './checks.ts';

const { endpoint } = parseArgs({ options: { endpoint: { type: 'string' } } }).values;

const reasonOf = async (check: (endpoint: string) => Promise<void>, url: string): Promise<string | undefined> => {
  try {
    await check(url);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const verify = async (url: string): Promise<void> => {
  for (const [name, check] of Object.entries(checks)) {
    const reason = await reasonOf(check, url);
    process.stdout.write(`${reason === undefined ? 'as here ' : 'DIFFERS '} ${name}\n`);
    if (reason === undefined) continue;
    process.stdout.write(`${reason.replaceAll(/^/gm, '          ')}\n`);
    process.exitCode = 1;
  }
};

if (endpoint === undefined || !/^wss?:/.test(endpoint)) {
  process.stderr.write(
    'Usage: npm run verify:aws -- --endpoint wss://<api>.execute-api.<region>.amazonaws.com/<stage>\n',
  );
  process.exitCode = 2;
} else {
  await verify(endpoint);
}
