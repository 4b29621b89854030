import { type CallId, type ErrorObject, limits, type MethodName, type Params, type Traceparent } from '#protocol';
import { backoff } from '../backoff.ts';
import { ClientError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { encodeCall } from './frames.ts';

type Outstanding = {
  frame: string;
  resolve: (result: unknown) => void;
  reject: (error: ClientError) => void;
  failures: number;
  lastError?: ClientError;
  cancelExpiry: () => void;
  cancelRetry: () => void;
  /** The server does not want it earlier. */
  notBefore: number;
};

type Options = {
  platform: Platform;
  /** Sends a frame, if there is a socket. */
  transmit: (frame: string) => void;
  /** A call has had no answer in time. */
  onTimeout: () => void;
};

const nothing = () => {};

/** The calls that wait for an answer. Every method may be repeated, so they are, until `limits.call` has passed. */
export class Calls {
  readonly #outstanding = new Map<CallId, Outstanding>();
  readonly #options: Options;
  #nextId = 1;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The result of a call, unchecked; a repeat of it belongs to the same trace. */
  async make<M extends MethodName>(method: M, params: Params<M>, traceparent?: Traceparent): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    const frame = encodeCall({ id, method, params, traceparent });
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancelExpiry = this.#options.platform.clock.after(limits.call, () => this.#expire(id, method));
    this.#outstanding.set(id, {
      frame,
      resolve,
      reject,
      failures: 0,
      cancelExpiry,
      cancelRetry: nothing,
      notBefore: 0,
    });
    this.#options.transmit(frame);
    return promise;
  }

  succeed(id: CallId, result: unknown): void {
    this.#take(id)?.resolve(result);
  }

  /** A refusal that may pass is met by calling again, later. */
  fail(id: CallId, object: ErrorObject): void {
    const call = this.#outstanding.get(id);
    if (call === undefined) return;
    const error = ClientError.from(object);
    const { clock, random } = this.#options.platform;
    const delay = Math.max(error.retryAfterMs ?? 0, backoff(call.failures, random));
    if (!error.retryable || delay >= limits.call) {
      this.#take(id)?.reject(error);
      return;
    }
    call.failures += 1;
    call.lastError = error;
    call.notBefore = clock.now() + (error.retryAfterMs ?? 0);
    call.cancelRetry();
    call.cancelRetry = clock.after(delay, () => this.#options.transmit(call.frame));
  }

  /** Sends again whatever waits and may: on a new socket, or when some call failed and nobody knows which. */
  repeat(): void {
    const now = this.#options.platform.clock.now();
    for (const call of this.#outstanding.values()) {
      if (call.notBefore > now) continue;
      call.cancelRetry();
      this.#options.transmit(call.frame);
    }
  }

  /** Nobody will answer any more. */
  abandon(error: ClientError): void {
    for (const id of this.#outstanding.keys()) this.#take(id)?.reject(error);
  }

  #take(id: CallId): Outstanding | undefined {
    const call = this.#outstanding.get(id);
    this.#outstanding.delete(id);
    call?.cancelExpiry();
    call?.cancelRetry();
    return call;
  }

  #expire(id: CallId, method: MethodName): void {
    const call = this.#take(id);
    call?.reject(call.lastError ?? new ClientError('timeout', { details: method }));
    this.#options.onTimeout();
  }
}
