import type { Clock } from '../../../local/clock.ts';

/** A clock that stands still until a test moves it; timers fire in the order in which they are due. */
export class ManualClock implements Clock {
  #now = Date.UTC(2024, 1, 9, 18, 11, 43);
  readonly #timers = new Set<{ due: number; callback: () => void }>();

  now = (): number => this.#now;

  after = (delay: number, callback: () => void): (() => void) => {
    const timer = { due: this.#now + delay, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Moves the time by so many milliseconds, and through every timer on the way. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = end;
  }

  get timers(): number {
    return this.#timers.size;
  }
}
