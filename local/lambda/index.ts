import type { Clock } from '../clock.ts';
import type { Injector } from '../faults/index.ts';
import { type Template, unlessUnknown } from '../template/index.ts';
import type { Activity } from './activity.ts';
import { Capacity } from './capacity.ts';
import { type Invocation, stopped } from './environment.ts';
import { functionConfig, functionResources } from './function-config.ts';
import { type Counters, FunctionPool } from './function-pool.ts';
import type { Report } from './log.ts';

export type { Activity } from './activity.ts';
export type { Invocation } from './environment.ts';
export { functionConfig, functionResources } from './function-config.ts';
export type { Counters } from './function-pool.ts';
export { invokeAsync } from './invoke-async.ts';
export type { LogLine } from './log.ts';

export type LambdaOptions = {
  template: Template;
  /** What a function's environment holds besides the template's variables and Lambda's own, by its logical id. */
  environment: (functionId: string) => Record<string, string>;
  clock: Clock;
  /** How many invocations there may be at the same time, over all the functions. */
  concurrency?: number;
  /** What goes wrong with invocations. */
  faults?: Injector;
  report: Report;
};

export type Lambda = AsyncDisposable & {
  /** Runs a function by its name or ARN. Throws when the template has no such function, or it cannot be run here. */
  invoke: (functionArnOrName: string, event: unknown) => Promise<Invocation>;
  /** What happened so far, by the function's name. */
  functions: ReadonlyMap<string, Readonly<Counters>>;
  /** The request id of the running invocation that makes its calls under an `X-Amzn-Trace-Id`. */
  requestOf: (trace: string) => string | undefined;
  /** Tells of each invocation as it starts and as it ends; returns what ends that. */
  onActivity: (listener: (activity: Activity) => void) => () => void;
};

/** An account's, without asking for more. */
const defaultConcurrency = 1000;

/** Serves the functions of a template, each invocation in a worker thread that runs the function's own bundle. */
export function startLambda(options: LambdaOptions): Lambda {
  const { template, environment, clock, concurrency = defaultConcurrency, faults, report } = options;
  const capacity = new Capacity(concurrency);
  const watchers = new Set<(activity: Activity) => void>();
  const traces = new Map<string, string>();
  const watch = (activity: Activity) => {
    if (activity.kind === 'started') traces.set(activity.requestId, activity.trace);
    else traces.delete(activity.requestId);
    watchers.forEach((watcher) => watcher(activity));
  };
  const pools = new Map<string, FunctionPool>();
  const functions = new Map<string, Readonly<Counters>>();
  // A function may name what a custom resource supplies, which another function has to make first.
  let unread = functionResources(template);
  const read = () => {
    unread = unread.filter((resource) => {
      const config = unlessUnknown(() => functionConfig(resource, template));
      if (config === undefined) return true;
      const wiring = { environment: () => environment(config.id), capacity, clock, faults, report, watch };
      const pool = new FunctionPool(config, wiring);
      pools.set(config.name, pool);
      functions.set(config.name, pool.counters);
      return false;
    });
  };
  read();
  let running = true;

  return {
    async invoke(functionArnOrName, event) {
      if (!running) return { error: 'unhandled', message: stopped };
      const name = nameOf(functionArnOrName);
      if (!pools.has(name)) read();
      const pool = pools.get(name);
      if (pool !== undefined) return pool.invoke(event);
      const waiting = unread.map(({ id }) => `, and ${id}, which names what a custom resource has not made yet`);
      const known = `the template has ${[...pools.keys()].join(', ')}${waiting.join('')}`;
      throw new Error(`There is no function ${functionArnOrName}: ${known}.`);
    },
    functions,
    requestOf: (trace) => [...traces].find(([, one]) => one === trace)?.[0],
    onActivity(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      running = false;
      await Promise.all([...pools.values()].map((pool) => pool[Symbol.asyncDispose]()));
    },
  };
}

/** `arn:aws:lambda:<region>:<account>:function:<name>`, with a version or an alias behind it or not. */
const nameOf = (arnOrName: string): string =>
  (arnOrName.startsWith('arn:') ? arnOrName.split(':')[6] : arnOrName) ?? '';
