import { availableParallelism } from 'node:os';
import type { Environment } from './environment.ts';

/** Who starts and ends the environments of one function. */
export type Owner = { start: () => Environment; retire: (environment: Environment) => Promise<void> };

type Waiter = PromiseWithResolvers<Environment | undefined> & { owner: Owner };

/**
 * In the cloud every environment has a processor of its own; here they share this machine's. As many as there are
 * processors load at once, and four times as many are busy: whoever comes then waits until one is idle. Fifty that load
 * at once would all be late, and fifty that take turns do no more than eight, but none of them ever gets warm.
 */
const loadedAtOnce = availableParallelism();
const busyAtOnce = 4 * availableParallelism();
/** If none becomes idle for so many milliseconds, there is one more: it is not this machine that keeps them all busy. */
const patience = 1000;
/** An environment with the AWS SDK takes some 20 MB. */
const keptAtMost = 100;

/** What the environments of all functions share. */
export class Capacity {
  /** How many invocations there may be at the same time. */
  readonly limit: number;
  /** The environments without an invocation, longest idle first, each with what cancels its end. */
  readonly #idle = new Map<Environment, { owner: Owner; cancel: () => void }>();
  /** The invocations without an environment, in their order. */
  readonly #waiting: Waiter[] = [];
  #running = 0;
  #loading = 0;
  /** When somebody was last served. */
  #moved = performance.now();
  #late: NodeJS.Timeout | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** How many invocations there are, those without an environment included. */
  get running(): number {
    return this.#running;
  }

  /**
   * An environment that is idle or, as soon as there may be one more, a new one; to be released. Nothing when the cloud
   * stops first. Throws when it cannot be started.
   */
  async acquire(owner: Owner): Promise<Environment | undefined> {
    this.#running += 1;
    const environment = await this.#obtain(owner).catch((error: unknown) => {
      this.#running -= 1;
      throw error;
    });
    if (environment === undefined) this.#running -= 1;
    return environment;
  }

  async #obtain(owner: Owner): Promise<Environment | undefined> {
    const idle = this.#takeIdle(owner);
    if (idle !== undefined) return idle;
    if (this.#waiting.length === 0) this.#moved = performance.now();
    const waiter = { ...Promise.withResolvers<Environment | undefined>(), owner };
    this.#waiting.push(waiter);
    this.#serve();
    return waiter.promise;
  }

  /** The invocation is over. `keep` is called when nobody waits for its environment, and returns what cancels its end. */
  release(environment: Environment, owner: Owner, keep: () => () => void): void {
    this.#running -= 1;
    if (environment.alive) {
      const waiter = this.#takeWaiter(owner);
      if (waiter === undefined) this.#idle.set(environment, { owner, cancel: keep() });
      else waiter.resolve(environment);
    }
    this.#moved = performance.now();
    this.#serve();
  }

  /** It is used up. */
  forget(environment: Environment): void {
    this.#idle.get(environment)?.cancel();
    this.#idle.delete(environment);
  }

  /** The cloud stops. */
  dismiss(owner: Owner): void {
    for (let waiter = this.#takeWaiter(owner); waiter !== undefined; waiter = this.#takeWaiter(owner)) {
      waiter.resolve(undefined);
    }
  }

  /** Starts environments for who waits, as far as may be. */
  #serve(): void {
    for (let [first] = this.#waiting; first !== undefined && this.#mayStart(); [first] = this.#waiting) {
      this.#waiting.shift();
      this.#moved = performance.now();
      try {
        first.resolve(this.#start(first.owner));
      } catch (error) {
        first.reject(error);
      }
    }
    clearTimeout(this.#late);
    if (this.#waiting.length > 0) this.#late = setTimeout(() => this.#serve(), patience).unref();
  }

  /** How many invocations have an environment. */
  get #busy(): number {
    return this.#running - this.#waiting.length;
  }

  #mayStart(): boolean {
    if (this.#loading >= loadedAtOnce) return false;
    return this.#busy < busyAtOnce || performance.now() - this.#moved >= patience;
  }

  #start(owner: Owner): Environment {
    const environment = owner.start();
    const [longestIdle] = this.#idle;
    const isFull = this.#busy + this.#idle.size > Math.min(this.limit, keptAtMost);
    if (longestIdle !== undefined && isFull) void longestIdle[1].owner.retire(longestIdle[0]);
    this.#loading += 1;
    void Promise.race([environment.ready, environment.ended]).finally(() => {
      this.#loading -= 1;
      this.#serve();
    });
    return environment;
  }

  #takeWaiter(owner: Owner): Waiter | undefined {
    const index = this.#waiting.findIndex((waiter) => waiter.owner === owner);
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** The one that was busy last: it is the warmest. */
  #takeIdle(owner: Owner): Environment | undefined {
    const [environment] = [...this.#idle].findLast(([{ alive }, idle]) => idle.owner === owner && alive) ?? [];
    if (environment !== undefined) this.forget(environment);
    return environment;
  }
}
