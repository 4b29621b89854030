import type { EnvelopeId } from '#protocol';
import type { Clock } from '../platform.ts';
import type { Store } from '../store.ts';
import { memory } from './memory.ts';

const prefix = 'received/';
/** How many are looked through at once for old ones: a device that was away may have received a hundred thousand. */
const pageSize = 1000;

/**
 * The envelopes that this device has taken over, by their ids: what comes again is only acknowledged again. They are in
 * the store alone, so that memory does not grow with them.
 */
export class Received {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  async has(id: EnvelopeId): Promise<boolean> {
    return (await this.#store.get(prefix + id)) !== undefined;
  }

  /** Remembers an envelope, and keeps what else has come of it in the same write. */
  async add(id: EnvelopeId, entries: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#store.put({ ...entries, [prefix + id]: this.#clock.now() });
  }

  /** Forgets the ids that nobody will send again. */
  async forgetOld(): Promise<void> {
    const since = this.#clock.now() - memory;
    for (let after: string | undefined, more = true; more; ) {
      const page = await this.#store.list(prefix, { after, limit: pageSize });
      const old = page.filter(([, at]) => typeof at !== 'number' || at < since).map(([key]) => key);
      if (old.length > 0) await this.#store.delete(old);
      after = page.at(-1)?.[0];
      more = page.length === pageSize;
    }
  }
}
