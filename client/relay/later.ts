import type { Clock } from '../platform.ts';

/** What waits until its time has come, or until somebody wants all of it at once. */
export class Later<T> {
  readonly #clock: Clock;
  readonly #due: (item: T) => void;
  readonly #waiting = new Map<T, { cancel: () => void; notBefore: number }>();

  constructor(clock: Clock, due: (item: T) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** `rest` is the part of the delay that nobody may cut short. */
  add(item: T, { delay, rest }: { delay: number; rest: number }): void {
    const come = () => {
      this.#waiting.delete(item);
      this.#due(item);
    };
    const cancel = this.#clock.after(Math.max(delay, rest), come);
    this.#waiting.set(item, { cancel, notBefore: this.#clock.now() + rest });
  }

  /** All that waits; none of it comes due any more. */
  takeAll(): T[] {
    return this.#take(Number.POSITIVE_INFINITY);
  }

  /** All that has rested; it comes due no more. */
  takeRested(): T[] {
    return this.#take(this.#clock.now());
  }

  #take(now: number): T[] {
    const taken = [...this.#waiting].filter(([, { notBefore }]) => notBefore <= now);
    return taken.map(([item, { cancel }]) => {
      cancel();
      this.#waiting.delete(item);
      return item;
    });
  }
}
