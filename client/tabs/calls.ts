import { limits } from '#protocol';
import { ClientError } from '../errors.ts';
import type { Clock } from '../platform.ts';
import type { ActionName } from './actions.ts';

/** What one tab asks of whichever leads. */
export type TabCall = { call: number; action: ActionName; params: unknown };

type Pending = TabCall & { resolve: (result: unknown) => void; reject: (error: unknown) => void; cancel: () => void };

/** The leader gives up by itself before; this is for one that its browser has frozen. */
const patience = 2 * limits.call;

/** The calls of one tab that wait for an answer. Each may be repeated, so all are, to every tab that comes to lead. */
export class TabCalls {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #ask: ((call: TabCall) => void) | undefined;
  #over: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The result, unchecked. @throws `timeout`; a message, which is in the store, waits for as long as it takes */
  async make(action: ActionName, params: unknown): Promise<unknown> {
    if (this.#over !== undefined) throw this.#over;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const call = this.#next;
    this.#next += 1;
    const expire = () => this.fail(call, new ClientError('timeout', { details: action }));
    const cancel = action === 'send' ? () => {} : this.#clock.after(patience, expire);
    this.#pending.set(call, { call, action, params, resolve, reject, cancel });
    this.#ask?.({ call, action, params });
    return promise;
  }

  /** Somebody else leads from now on. */
  turnTo(ask: (call: TabCall) => void): void {
    this.#ask = ask;
    for (const { call, action, params } of this.#pending.values()) ask({ call, action, params });
  }

  succeed(call: number, result: unknown): void {
    this.#take(call)?.resolve(result);
  }

  fail(call: number, error: unknown): void {
    this.#take(call)?.reject(error);
  }

  /** Nobody will answer any more. */
  abandon(error: Error): void {
    this.#over = error;
    for (const call of this.#pending.keys()) this.fail(call, error);
  }

  #take(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    pending?.cancel();
    return pending;
  }
}
