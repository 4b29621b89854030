import type { Clock } from '../clock.ts';
import type { Template } from '../template/index.ts';
import { type Invocation, stopped } from './environment.ts';
import { functionConfigs } from './function-config.ts';
import { type Capacity, type Counters, FunctionPool } from './function-pool.ts';
import type { Report } from './log.ts';

export type { Invocation } from './environment.ts';
export type { Counters } from './function-pool.ts';
export type { LogLine } from './log.ts';

export type LambdaOptions = {
  template: Template;
  /** What a function's environment holds besides the template's variables and Lambda's own, by its logical id. */
  environment: (functionId: string) => Record<string, string>;
  clock: Clock;
  /** How many invocations may run at the same time, and how many environments are kept, over all the functions. */
  concurrency?: number;
  report: Report;
};

export type Lambda = AsyncDisposable & {
  /** Runs a function by its name or ARN. Throws when the template has no such function, or it cannot be run here. */
  invoke: (functionArnOrName: string, event: unknown) => Promise<Invocation>;
  /** What happened so far, by the function's name. */
  functions: ReadonlyMap<string, Readonly<Counters>>;
};

/** Fewer than the thousand of an account: an environment with the AWS SDK takes some 20 MB of this machine. */
const defaultConcurrency = 100;

/** Serves the functions of a template, each invocation in a worker thread that runs the function's own bundle. */
export function startLambda(options: LambdaOptions): Lambda {
  const { template, environment, clock, concurrency = defaultConcurrency, report } = options;
  const capacity: Capacity = { limit: concurrency, running: 0, idle: new Map() };
  const pools = new Map(
    functionConfigs(template).map((config) => {
      const wiring = { environment: () => environment(config.id), capacity, clock, report };
      return [config.name, new FunctionPool(config, wiring)];
    }),
  );
  let running = true;

  return {
    async invoke(functionArnOrName, event) {
      if (!running) return { error: 'unhandled', message: stopped };
      const pool = pools.get(nameOf(functionArnOrName));
      if (pool !== undefined) return pool.invoke(event);
      throw new Error(`There is no function ${functionArnOrName}: the template has ${[...pools.keys()].join(', ')}.`);
    },
    functions: new Map([...pools].map(([name, { counters }]) => [name, counters])),
    async [Symbol.asyncDispose]() {
      running = false;
      await Promise.all([...pools.values()].map((pool) => pool[Symbol.asyncDispose]()));
    },
  };
}

/** `arn:aws:lambda:<region>:<account>:function:<name>`, with a version or an alias behind it or not. */
const nameOf = (arnOrName: string): string =>
  (arnOrName.startsWith('arn:') ? arnOrName.split(':')[6] : arnOrName) ?? '';
