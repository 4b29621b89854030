import type { AccountId } from '#protocol';
import { backoff } from '../backoff.ts';
import type { Platform } from '../platform.ts';
import { Later } from './later.ts';
import type { Kept } from './outgoing-records.ts';

type Queued = Kept & { failures: number };

type Options = {
  self: { account: AccountId };
  platform: Platform;
  /** Something waits whose time had not come. */
  onDue: () => void;
};

/** Messages that wait to be sent: what the SDK itself says first, the others by their numbers. */
export class Turns<T extends Queued> {
  readonly #options: Options;
  #waiting: T[] = [];
  /** Refused for now. */
  readonly #delayed: Later<T>;

  constructor(options: Options) {
    this.#options = options;
    this.#delayed = new Later(options.platform.clock, (entry) => {
      this.add([entry]);
      options.onDue();
    });
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(entries: readonly T[]): void {
    this.#waiting = [...this.#waiting, ...entries].toSorted(
      (a, b) => this.#turnOf(a) - this.#turnOf(b) || (a.message < b.message ? -1 : 1),
    );
  }

  next(): T | undefined {
    return this.#waiting.shift();
  }

  /** Its turn has not come yet after all. */
  putBack(entry: T): void {
    this.#waiting.unshift(entry);
  }

  /** It has failed, and waits the longer the more often; not less than `rest`, whatever happens. */
  delay(entry: T, rest: number): void {
    const delay = backoff(entry.failures, this.#options.platform.random);
    entry.failures += 1;
    this.#delayed.add(entry, { delay, rest });
  }

  /** Times are better: whoever has rested waits no longer. */
  resume(): void {
    this.add(this.#delayed.takeRested());
  }

  takeAll(): T[] {
    return [...this.#waiting.splice(0), ...this.#delayed.takeAll()];
  }

  #turnOf({ record }: T): number {
    return record.alone === true ? 0 : (record.header.streams[this.#options.self.account]?.[0] ?? 0);
  }
}
