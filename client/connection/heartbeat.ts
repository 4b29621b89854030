import type { Platform } from '../platform.ts';

const minute = 60_000;

/** Calls `beat` when nothing has been sent or heard for 8 minutes ± 45 s: the gateway hangs up after 10. */
export class Heartbeat {
  readonly #platform: Platform;
  readonly #beat: () => void;
  #cancel = () => {};

  constructor(platform: Platform, beat: () => void) {
    this.#platform = platform;
    this.#beat = beat;
  }

  /** A frame has passed: the silence begins anew. */
  touch(): void {
    const { clock, random } = this.#platform;
    this.#cancel();
    this.#cancel = clock.after(7.25 * minute + random() * 1.5 * minute, this.#beat);
  }

  stop(): void {
    this.#cancel();
  }
}
