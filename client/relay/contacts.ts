import { type AccountId, Timestamp } from '#protocol';
import { listRecords, type Store } from '../store.ts';

const prefix = 'contact/';

type Options = { store: Store; self: AccountId; now: () => number };

/**
 * The accounts that are known to this one: it has written to them, from whichever of its devices, or has accepted
 * them. What comes from others is a message request.
 */
export class Contacts {
  readonly #options: Options;
  readonly #known: Set<AccountId>;

  private constructor(options: Options, known: readonly AccountId[]) {
    this.#options = options;
    this.#known = new Set([options.self, ...known]);
  }

  /** As they were left in earlier runs. @throws `store_damaged` */
  static async load(options: Options): Promise<Contacts> {
    const records = await listRecords(options.store, prefix, Timestamp);
    return new Contacts(
      options,
      records.map(([account]) => account),
    );
  }

  /** Whether a message of that account is a request, for its person to accept or to block. */
  isRequest(sender: AccountId): boolean {
    return !this.#known.has(sender);
  }

  /** Makes accounts known: before the first message to them is kept, or when the person accepts them. */
  async add(accounts: readonly AccountId[]): Promise<void> {
    const fresh = accounts.filter((account) => !this.#known.has(account));
    if (fresh.length === 0) return;
    const at = this.#options.now();
    await this.#options.store.put(Object.fromEntries(fresh.map((account) => [prefix + account, at])));
    for (const account of fresh) this.#known.add(account);
  }
}
