import { randomUUID } from 'node:crypto';
import { type Clock, leadOf } from '../clock.ts';
import { type Injector, isFor } from '../faults/index.ts';
import { type Activity, newTrace } from './activity.ts';
import type { Capacity, Owner } from './capacity.ts';
import { invokeAndCrash } from './crash.ts';
import { Environment, type Invocation, type Measured, stopped } from './environment.ts';
import type { FunctionConfig } from './function-config.ts';
import type { Report } from './log.ts';

/** What happened to one function since the cloud started. */
export type Counters = {
  invocations: number;
  coldStarts: number;
  /** Invocations whose handler threw, or whose environment crashed. */
  errors: number;
  timeouts: number;
  /** Invocations refused because too many were running; they count as nothing else. */
  throttles: number;
};

type Wiring = {
  environment: () => Record<string, string>;
  capacity: Capacity;
  clock: Clock;
  faults: Injector | undefined;
  report: Report;
  watch: (activity: Activity) => void;
};

/** How long an environment waits for another invocation. Lambda does not say; some minutes have been seen. */
const idleLimit = 10 * 60_000;

/** The environments of one function: as many as it has invocations at the same time. */
export class FunctionPool implements AsyncDisposable {
  readonly counters: Counters = { invocations: 0, coldStarts: 0, errors: 0, timeouts: 0, throttles: 0 };
  readonly #config: FunctionConfig;
  readonly #wiring: Wiring;
  readonly #environments = new Set<Environment>();
  readonly #owner: Owner = {
    start: () => this.#start(),
    retire: (environment) => this.#retire(environment),
  };
  #running = 0;

  constructor(config: FunctionConfig, wiring: Wiring) {
    this.#config = config;
    this.#wiring = wiring;
  }

  async invoke(event: unknown): Promise<Invocation> {
    const requestId = randomUUID();
    const running = this.#perform(requestId, event);
    // Whoever asked for one is told of one.
    const twice = this.#wiring.faults?.draw('duplicate-invocation', ...this.#occasion(requestId));
    if (twice !== undefined) this.#perform(randomUUID(), event).catch(() => undefined);
    return running;
  }

  async #perform(requestId: string, event: unknown): Promise<Invocation> {
    const { capacity, clock, watch } = this.#wiring;
    const { name, memory, reserved = capacity.limit } = this.#config;
    if (capacity.running >= capacity.limit || this.#running >= reserved) {
      this.counters.throttles += 1;
      return { error: 'throttled', message: `${name} was throttled: ${capacity.running} invocations are running.` };
    }
    this.#running += 1;
    try {
      const environment = await capacity.acquire(this.#owner);
      if (environment === undefined) return { error: 'unhandled', message: stopped };
      this.counters.invocations += 1;
      const call = { requestId, trace: newTrace(clock.now()), event };
      watch({ kind: 'started', function: name, ...call });
      const { result, ...times } = await this.#run(environment, { ...call, lead: leadOf(clock) });
      capacity.release(environment, this.#owner, () => clock.after(idleLimit, () => void this.#retire(environment)));
      if ('error' in result) this.counters[result.error === 'timeout' ? 'timeouts' : 'errors'] += 1;
      watch({ kind: 'ended', requestId, function: name, result, memory, ...times });
      return result;
    } finally {
      this.#running -= 1;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wiring.capacity.dismiss(this.#owner);
    await Promise.all([...this.#environments].map((environment) => this.#retire(environment)));
  }

  #run(environment: Environment, call: Parameters<Environment['invoke']>[0]): Promise<Measured> {
    const crash = this.#wiring.faults?.draw('crash', ...this.#occasion(call.requestId));
    if (crash === undefined) return environment.invoke(call);
    return invokeAndCrash(environment, call, crash.random() * crash.fault.within);
  }

  #occasion(requestId: string) {
    const isForThis = (fault: { function: string }) => isFor(fault.function, this.#config);
    return [{ what: this.#config.name, requestId }, isForThis] as const;
  }

  #start(): Environment {
    const { clock, environment: variables, report } = this.#wiring;
    const environment = new Environment(this.#config, { variables: variables(), lead: leadOf(clock) }, report);
    this.#environments.add(environment);
    this.counters.coldStarts += 1;
    void environment.ended.then(() => this.#retire(environment));
    return environment;
  }

  async #retire(environment: Environment): Promise<void> {
    this.#wiring.capacity.forget(environment);
    this.#environments.delete(environment);
    await environment[Symbol.asyncDispose]();
  }
}
