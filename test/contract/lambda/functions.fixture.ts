import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../local/clock.ts';
import type { Injector } from '../../../local/faults/index.ts';
import { type Lambda, type LogLine, startLambda } from '../../../local/lambda/index.ts';
import { type MovableClock, standingClock } from '../../../local/movable-clock.ts';
import type { Template } from '../../../local/template/index.ts';

type Source = string | { source: string; file?: string; properties?: Record<string, unknown> };

type Served = Lambda & {
  /** Everything that was reported so far. */
  lines: LogLine[];
  /** Resolves with the first line, past or to come, that holds the text. */
  line: (text: string) => Promise<LogLine>;
  /** The cloud's, unless the test gave another. */
  clock: MovableClock;
};

/** Serves functions that are given as the source of their bundles, in a stack named `Shop`. */
export async function serveFunctions(
  sources: Record<string, Source>,
  options: { concurrency?: number; given?: Record<string, string>; clock?: Clock; faults?: Injector } = {},
): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'tandem-test-'));
  const template = await writeTemplate(folder, sources);
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const clock = standingClock();
  const lambda = startLambda({
    template,
    clock: options.clock ?? clock,
    environment: () => options.given ?? {},
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(options.faults !== undefined && { faults: options.faults }),
    report(line) {
      lines.push(line);
      for (const look of waiting) look();
    },
  });
  return {
    ...lambda,
    lines,
    clock,
    line: (text) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines.find(({ line }) => line.includes(text));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      await lambda[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeTemplate(folder: string, sources: Record<string, Source>): Promise<Template> {
  const resources = new Map<string, Template['resources'] extends ReadonlyMap<string, infer R> ? R : never>();
  const assets = new Map<string, string>();
  for (const [id, given] of Object.entries(sources)) {
    const { source, file = 'index.mjs', properties = {} } = typeof given === 'string' ? { source: given } : given;
    const asset = join(folder, `asset.${id}`);
    await mkdir(asset);
    await writeFile(join(asset, file), source);
    assets.set(`${id}.zip`, asset);
    const Code = { S3Bucket: 'assets', S3Key: `${id}.zip` };
    const common = { FunctionName: id, Handler: 'index.handler', Runtime: 'nodejs24.x', Code };
    resources.set(id, { id, type: 'AWS::Lambda::Function', properties: { ...common, ...properties } });
  }
  return { stack: 'Shop', region: 'us-east-1', account: '000000000000', resources, assets };
}
