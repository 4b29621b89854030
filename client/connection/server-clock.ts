import type { Clock } from '../platform.ts';

/** The server's time as far as this device knows it: its own clock and the offset that `session.time` has taught. */
export class ServerClock {
  readonly #clock: Clock;
  #offset = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Math.round(this.#clock.now() + this.#offset);
  }

  /** The later of the server's time and this device's own: by it, no server makes an old thing look young. */
  latest(): number {
    return Math.max(this.now(), this.#clock.now());
  }

  /** Learns from an answer to a question asked at `asked` (own clock): the server read its clock half-way. */
  correct(serverNow: number, asked: number): void {
    this.#offset = serverNow - (asked + this.#clock.now()) / 2;
  }
}
