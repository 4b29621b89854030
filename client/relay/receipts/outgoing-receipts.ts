import { type AccountId, EnvelopeId, limits, parseAddress, parseEnvelopeId } from '#protocol';
import { ClientError } from '../../errors.ts';
import type { Clock } from '../../platform.ts';
import { serial } from '../../serial.ts';
import type { Store } from '../../store.ts';
import { memory } from '../memory.ts';
import type { OutgoingRecord } from '../outgoing.ts';
import { contentRoom, type Header, type Receipts } from '../streams/payload.ts';
import { WaitingReceipts } from './waiting-receipts.ts';

const gathering = 5_000;

/** What a header may still grow by until it goes out: the devices that joined its streams later. */
const spare = 1_024;

type Options = {
  store: Store;
  self: { account: AccountId };
  clock: Clock;
  /** Whether an account may learn that its messages have arrived and were read. */
  mayLearn: (account: AccountId) => boolean;
  /** Whether the own account has another device. */
  hasOthers: () => Promise<boolean>;
  isOnline: () => boolean;
  /** Whether the outbox has them now. */
  send: (records: readonly OutgoingRecord[]) => Promise<boolean>;
  onError: (error: unknown) => void;
};

const senderOf = (id: EnvelopeId): AccountId => parseAddress(parseEnvelopeId(id).sender).account;

/**
 * Tells senders that their messages have arrived and were read, and the other devices of this account what was read:
 * at most five seconds later, a hundred messages at a time, in a payload of their own or in a message's header.
 */
export class OutgoingReceipts {
  readonly #options: Options;
  readonly #waiting: WaitingReceipts;
  readonly #inTurn = serial();
  #cancel: (() => void) | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#waiting = new WaitingReceipts(options.store);
  }

  /** Recalls what an earlier run has left. @throws `store_damaged` */
  load(): Promise<void> {
    return this.#waiting.load();
  }

  /** A handler has taken a message over. Gives what is to be kept of that together with the message. */
  delivered(id: EnvelopeId): Record<string, unknown> {
    const sender = senderOf(id);
    const entries = this.#options.mayLearn(sender) ? this.#waiting.add(sender, id, 'delivered') : {};
    this.#gather();
    return entries;
  }

  /** The person has read messages of others. Resolves when that is kept. @throws `ids_invalid` */
  async read(ids: readonly EnvelopeId[]): Promise<void> {
    const { store, self, mayLearn } = this.#options;
    const wrong = ids.find((id) => !EnvelopeId.safeParse(id).success);
    if (wrong !== undefined) throw new ClientError('ids_invalid', { details: wrong });
    const entries: Record<string, unknown> = {};
    for (const id of ids) {
      const sender = senderOf(id);
      if (sender === self.account) continue;
      const learning = mayLearn(sender) ? [sender, self.account] : [self.account];
      for (const account of learning) Object.assign(entries, this.#waiting.add(account, id, 'read'));
    }
    if (Object.keys(entries).length > 0) await store.put(entries);
    this.#gather();
  }

  /**
   * Puts receipts into the headers of messages that are kept together: an account's into that of the first which is for
   * this account alone, for others have no business with them, and which has room.
   */
  boarding(): (header: Header, content: Uint8Array) => Header {
    const aboard = new Set<AccountId>();
    return (header, content) => {
      const account = this.#onlyRecipient(header);
      if (account === undefined || aboard.has(account) || !this.#options.mayLearn(account)) return header;
      const receipts = this.#waiting.for(account);
      if (receipts === undefined) return header;
      const loaded = { ...header, receipts };
      if (contentRoom(loaded) - content.length < spare) return header;
      aboard.add(account);
      return loaded;
    };
  }

  /** The message is in the outbox, and what rides along with it. */
  settle({ receipts, ...header }: Header): void {
    const account = this.#onlyRecipient(header);
    if (account === undefined || receipts === undefined) return;
    this.#waiting.settle(account, receipts).catch(this.#options.onError);
  }

  /** There is a connection: what has waited for it waits no longer. */
  start(): void {
    this.#flush();
  }

  /** There is none: what is noted meanwhile stays together. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #onlyRecipient({ streams }: Header): AccountId | undefined {
    const [account, ...more] = Object.keys(streams).filter((account) => account !== this.#options.self.account);
    return more.length === 0 ? account : undefined;
  }

  #gather(): void {
    const { clock, isOnline } = this.#options;
    const counts = this.#waiting.accounts.map((account) => this.#waiting.countFor(account));
    if (counts.length === 0 || !isOnline()) return;
    if (counts.some((count) => count >= limits.batch)) this.#flush();
    else this.#cancel ??= clock.after(gathering, () => this.#flush());
  }

  #flush(): void {
    this.stop();
    this.#inTurn(() => this.#sendAll()).catch(this.#options.onError);
  }

  /** A crash on the way may say a receipt twice, which changes nothing. */
  async #sendAll(): Promise<void> {
    const { isOnline, send } = this.#options;
    while (isOnline()) {
      const accounts = this.#waiting.accounts;
      if (accounts.length === 0) return;
      const waiting = accounts.map((account) => ({ account, receipts: this.#waiting.for(account) ?? {} }));
      const wanted = await this.#wanted(accounts);
      const kept = await send(waiting.filter(({ account }) => wanted.has(account)).map(this.#recordOf));
      if (!kept) return;
      for (const { account, receipts } of waiting) await this.#waiting.settle(account, receipts);
    }
  }

  /** Who may have been blocked since the receipt was noted gets none any more. */
  async #wanted(accounts: readonly AccountId[]): Promise<ReadonlySet<AccountId>> {
    const { self, mayLearn, hasOthers } = this.#options;
    const toOwn = accounts.includes(self.account) && (await hasOthers());
    return new Set(accounts.filter((account) => (account === self.account ? toOwn : mayLearn(account))));
  }

  readonly #recordOf = ({ account, receipts }: { account: AccountId; receipts: Receipts }): OutgoingRecord => ({
    to: [account],
    body: '',
    header: { v: 1, kind: 'receipt', streams: {}, receipts },
    alone: true,
    // By then the sender has forgotten the message; the own devices still find it in their mailboxes.
    ...(account !== this.#options.self.account && { ttl: memory / 1_000 }),
  });
}
