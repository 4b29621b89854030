import * as z from 'zod/mini';
import { type AccountId, type EnvelopeId, limits } from '#protocol';
import { listRecords, type Store } from '../../store.ts';
import type { Receipts } from '../streams/payload.ts';

const prefix = 'receipt/';

/** That a message has arrived, or that its person has read it. */
const Mark = z.enum(['delivered', 'read']);
type Mark = z.infer<typeof Mark>;

const keyOf = (to: AccountId, id: EnvelopeId): string => `${prefix}${to}/${id}`;

/** Receipts that have not gone out, by the account they are for: in the store from before the message is acknowledged. */
export class WaitingReceipts {
  readonly #store: Store;
  readonly #waiting = new Map<AccountId, Map<EnvelopeId, Mark>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Recalls what an earlier run has left. @throws `store_damaged` */
  async load(): Promise<void> {
    for (const [key, mark] of await listRecords(this.#store, prefix, Mark)) {
      const [to = '', id = ''] = key.split('/');
      this.#add(to, id, mark);
    }
  }

  /** The accounts that receipts are for. */
  get accounts(): AccountId[] {
    return [...this.#waiting.keys()];
  }

  countFor(to: AccountId): number {
    return this.#waiting.get(to)?.size ?? 0;
  }

  /** What the store is to keep of it; a message that has been read has also arrived. */
  add(to: AccountId, id: EnvelopeId, mark: Mark): Record<string, Mark> {
    if (this.#waiting.get(to)?.get(id) === 'read') return {};
    this.#add(to, id, mark);
    return { [keyOf(to, id)]: mark };
  }

  /** As many of those for an account as go into one payload. */
  for(to: AccountId): Receipts | undefined {
    const waiting = [...(this.#waiting.get(to) ?? [])].slice(0, limits.batch);
    if (waiting.length === 0) return undefined;
    const ids = (wanted: Mark) => waiting.flatMap(([id, mark]) => (mark === wanted ? [id] : []));
    const [delivered, read] = [ids('delivered'), ids('read')];
    return { ...(delivered.length > 0 && { delivered }), ...(read.length > 0 && { read }) };
  }

  /** They are in the outbox, or nobody shall have them. */
  async settle(to: AccountId, { delivered = [], read = [] }: Receipts): Promise<void> {
    const settled = [
      ...delivered.filter((id) => this.#remove(to, id, 'delivered')),
      ...read.filter((id) => this.#remove(to, id, 'read')),
    ];
    if (settled.length > 0) await this.#store.delete(settled.map((id) => keyOf(to, id)));
  }

  #add(to: AccountId, id: EnvelopeId, mark: Mark): void {
    const waiting = this.#waiting.get(to) ?? new Map<EnvelopeId, Mark>();
    this.#waiting.set(to, waiting.set(id, mark));
  }

  /** Whether it was there: a message that was read meanwhile waits for its other receipt. */
  #remove(to: AccountId, id: EnvelopeId, mark: Mark): boolean {
    const waiting = this.#waiting.get(to);
    if (waiting?.get(id) !== mark) return false;
    waiting.delete(id);
    if (waiting.size === 0) this.#waiting.delete(to);
    return true;
  }
}
