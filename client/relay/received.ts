import { type EnvelopeId, Timestamp } from '#protocol';
import type { Clock } from '../platform.ts';
import { listRecords, type Store } from '../store.ts';
import { memory } from './memory.ts';

const prefix = 'received/';

/** The envelopes that this device has taken over, by their ids: what comes again is only acknowledged again. */
export class Received {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids = new Map<EnvelopeId, number>();

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Recalls what was received in earlier runs. @throws `store_damaged` */
  async load(): Promise<void> {
    for (const [id, at] of await listRecords(this.#store, prefix, Timestamp)) this.#ids.set(id, at);
    await this.forgetOld();
  }

  has(id: EnvelopeId): boolean {
    return this.#ids.has(id);
  }

  /** Remembers an envelope, and keeps what else has come of it in the same write. */
  async add(id: EnvelopeId, entries: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const at = this.#clock.now();
    await this.#store.put({ ...entries, [prefix + id]: at });
    this.#ids.set(id, at);
  }

  /** Forgets the ids that nobody will send again. */
  async forgetOld(): Promise<void> {
    const old = [...this.#ids].filter(([, at]) => at < this.#clock.now() - memory).map(([id]) => id);
    if (old.length === 0) return;
    await this.#store.delete(old.map((id) => prefix + id));
    for (const id of old) this.#ids.delete(id);
  }
}
