import type { Envelope, EnvelopeId, Params, Result } from '#protocol';
import { backoff } from '../backoff.ts';
import { isRetryable } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { serial } from '../serial.ts';

/** What was stored before the relay saw this connection is found by the first round, what crossed it by the second. */
const secondRound = 5_000;

type Options = {
  platform: Platform;
  fetch: (params: Params<'relay.sync'>) => Promise<Result<'relay.sync'>>;
  /** Resolves when the application has them. */
  take: (envelopes: readonly Envelope[]) => Promise<void>;
  onError: (error: unknown) => void;
};

/** Empties the mailbox when there is a connection, and once more 5 s later. */
export class Sync {
  readonly #options: Options;
  readonly #inTurn = serial();
  #cancel = () => {};
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    void this.#inTurn(() => this.#round(0));
    this.#after(secondRound, 0);
  }

  /** There is no connection any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #after(delay: number, failures: number): void {
    this.#cancel();
    this.#cancel = this.#options.platform.clock.after(delay, () => void this.#inTurn(() => this.#round(failures)));
  }

  async #round(failures: number): Promise<void> {
    const { platform, fetch, take, onError } = this.#options;
    try {
      let after: EnvelopeId | undefined;
      do {
        const { envelopes, next } = await fetch(after === undefined ? {} : { after });
        await take(envelopes);
        after = next;
      } while (after !== undefined);
    } catch (error) {
      if (this.#stopped) return;
      if (isRetryable(error)) this.#after(secondRound + backoff(failures, platform.random), failures + 1);
      else onError(error);
    }
  }
}
