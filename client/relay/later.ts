import type { Clock } from '../platform.ts';

/** What waits until its time has come, or until somebody wants all of it at once. */
export class Later<T> {
  readonly #clock: Clock;
  readonly #due: (item: T) => void;
  readonly #waiting = new Map<T, () => void>();

  constructor(clock: Clock, due: (item: T) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  add(item: T, delay: number): void {
    const come = () => {
      this.#waiting.delete(item);
      this.#due(item);
    };
    this.#waiting.set(item, this.#clock.after(delay, come));
  }

  /** All that waits; none of it comes due any more. */
  takeAll(): T[] {
    const items = [...this.#waiting.keys()];
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    return items;
  }
}
