import type { Clock } from './platform.ts';

const day = 24 * 60 * 60 * 1000;

/** Does something when there is a connection, and once a day while there is. */
export class Daily {
  readonly #clock: Clock;
  readonly #task: () => void;
  #cancel = () => {};

  constructor(clock: Clock, task: () => void) {
    this.#clock = clock;
    this.#task = task;
  }

  start(): void {
    this.stop();
    this.#cancel = this.#clock.after(day, () => this.start());
    this.#task();
  }

  stop(): void {
    this.#cancel();
  }
}
