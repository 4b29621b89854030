import type { Envelope, EnvelopeId, Params, Result } from '#protocol';
import { backoff } from '../backoff.ts';
import { isRetryable, restAfter } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { serial } from '../serial.ts';

/** What was stored before the relay saw this connection is found by the first round, what crossed it by the second. */
const secondRound = 5_000;

type Options = {
  platform: Platform;
  fetch: (params: Params<'relay.sync'>) => Promise<Result<'relay.sync'>>;
  /** Resolves when the application has them. */
  take: (envelopes: readonly Envelope[]) => Promise<void>;
  /** Nothing is left that was stored before. */
  onEmpty: () => Promise<void>;
  onError: (error: unknown) => void;
};

/** Empties the mailbox when there is a connection or mail is said to wait, and once more 5 s later. */
export class Sync {
  readonly #options: Options;
  readonly #inTurn = serial();
  #cancel = () => {};
  #stopped = false;
  /** A round that has not begun, and finds whatever is stored until then. */
  #isDue = false;
  /** The relay does not want to be asked earlier. */
  #notBefore = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    const rest = this.#notBefore - this.#options.platform.clock.now();
    if (rest <= 0) this.#roundNext(0);
    this.#after(Math.max(secondRound, rest), 0);
  }

  /** There is no connection any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #after(delay: number, failures: number): void {
    this.#cancel();
    this.#cancel = this.#options.platform.clock.after(delay, () => this.#roundNext(failures));
  }

  /** When no round is under way any more. */
  #roundNext(failures: number): void {
    if (this.#isDue) return;
    this.#isDue = true;
    void this.#inTurn(async () => {
      this.#isDue = false;
      if (!this.#stopped) await this.#round(failures);
    });
  }

  async #round(failures: number): Promise<void> {
    const { platform, fetch, take, onEmpty, onError } = this.#options;
    try {
      let after: EnvelopeId | undefined;
      do {
        const { envelopes, next } = await fetch(after === undefined ? {} : { after });
        await take(envelopes);
        after = next;
      } while (after !== undefined);
      if (!this.#stopped) await onEmpty();
    } catch (error) {
      if (this.#stopped) return;
      this.#notBefore = platform.clock.now() + restAfter(error);
      const delay = Math.max(restAfter(error), secondRound + backoff(failures, platform.random));
      if (isRetryable(error)) this.#after(delay, failures + 1);
      else onError(error);
    }
  }
}
