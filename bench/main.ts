/** `npm run bench`: what using the stack costs, measured on the local cloud, and what that takes. `-- cost` for one part. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '#local';
import { measureStarts } from './cold.ts';
import { type CommandLine, type Part, readCommandLine } from './command-line.ts';
import { measureCosts } from './cost.ts';
import { measureGrowth } from './growth/measure-growth.ts';
import { measureLocal } from './local/measure-local.ts';
import { thisMachine } from './machine.ts';
import { measurePairings } from './pairing.ts';
import { measureSend } from './profile/measure-send.ts';
import { ampleQuotas } from './quotas.ts';
import type { Report } from './report.ts';
import { asText, priceNote } from './sections.ts';
import { measureThroughput } from './throughput/measure-throughput.ts';
import { writeDocs } from './write-docs.ts';

const commandLine = readCommandLine(process.argv.slice(2));
if ('wrong' in commandLine) fail(commandLine.wrong, 2);
else
  await bench(commandLine).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error), 1));

async function bench({ parts, json, write, beside }: CommandLine): Promise<void> {
  const report = await measure(parts, beside);
  if (write) await writeDocs(report);
  process.stdout.write(`${json ? JSON.stringify(report, withoutSamples) : asText(report)}\n`);
}

async function measure(parts: readonly Part[], beside: string | undefined): Promise<Report> {
  const app = await mkdtemp(join(tmpdir(), 'tandem-bench-'));
  try {
    await synthesize(process.cwd(), app, ampleQuotas);
    return {
      at: new Date().toISOString(),
      machine: thisMachine(),
      prices: priceNote,
      ...(parts.includes('cost') && { cost: await measureCosts(app) }),
      ...(parts.includes('cold') && { cold: await measureStarts(app) }),
      ...(parts.includes('pairing') && { pairing: await measurePairings(app) }),
      ...(parts.includes('growth') && { growth: await measureGrowth() }),
      ...(parts.includes('profile') && { profile: await measureSend() }),
      ...(parts.includes('throughput') && { throughput: await measureThroughput(beside) }),
      ...(parts.includes('local') && { local: await measureLocal() }),
    };
  } finally {
    await rm(app, { recursive: true });
  }
}

/** The samples of a profile are for the tools that show one: `--write` keeps them in a file of their own. */
function withoutSamples(key: string, value: unknown): unknown {
  return key === 'cpuProfile' ? undefined : value;
}

function fail(message: string, code: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
