import { AccountId, fromBase64Url, hash, type MessageId, type Recipient } from '#protocol';
import { serial } from '../../serial.ts';
import { listRecords, type Store } from '../../store.ts';
import { type Drafted, type Kept, outboxEntries } from '../outgoing-records.ts';
import type { Begun, DeliveryStates } from '../receipts/delivery-states.ts';
import type { OutgoingReceipts } from '../receipts/outgoing-receipts.ts';
import { headerOfSent, sentEntries } from '../sent.ts';
import { followDevices, giveNumbers, StreamHead, withJoined } from './numbering.ts';
import type { Header } from './payload.ts';

const prefix = 'stream/';

const headEntries = (heads: ReadonlyMap<AccountId, StreamHead>): Record<string, unknown> =>
  Object.fromEntries([...heads].map(([account, head]) => [prefix + account, head]));

type Options = {
  store: Store;
  self: { account: AccountId };
  states: DeliveryStates;
  receipts: Pick<OutgoingReceipts, 'boarding' | 'settle'>;
};

/** The sending ends of this device's streams. */
export class SendingStreams {
  readonly #options: Options;
  readonly #heads = new Map<AccountId, StreamHead>();
  /** What has its numbers, and is neither accepted nor given up: in the order of numbers. */
  readonly #open = new Map<MessageId, Header>();
  readonly #inTurn = serial();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Takes up what an earlier run has left. @throws `store_damaged` */
  async load(kept: readonly Kept[]): Promise<void> {
    const heads = await listRecords(this.#options.store, prefix, StreamHead);
    for (const [account, head] of heads) this.#heads.set(AccountId.parse(account), head);
    const own = ({ record }: Kept) => record.header.streams[this.#options.self.account]?.[0] ?? 0;
    this.#begin(kept.toSorted((a, b) => own(a) - own(b)));
  }

  /** Gives each message its numbers, and keeps all of them together with how far the streams are by then. */
  number(drafted: readonly Drafted[]): Promise<Kept[]> {
    return this.#inTurn(async () => {
      const { store, self, states, receipts } = this.#options;
      const board = receipts.boarding();
      const [heads, fresh] = [new Map(this.#heads), new Map<AccountId, StreamHead>()];
      const begun: Begun[] = [];
      const begin = ({ message, draft }: Drafted): Header => {
        const content = fromBase64Url(draft.body);
        const numbered = giveNumbers(heads, [...draft.to, self.account], { message, digest: hash(content) });
        for (const [account, head] of numbered.heads) {
          heads.set(account, head);
          fresh.set(account, head);
        }
        const header = board({ v: 1, kind: 'message', streams: numbered.streams }, content);
        begun.push({ message, header });
        return header;
      };
      // A tab whose leader has died over its message gives it once more: it keeps the numbers that it has.
      const known = await Promise.all(drafted.map(({ message }) => headerOfSent(store, message)));
      const kept = drafted.map((one, i): Kept => {
        const header = known[i] ?? begin(one);
        return { message: one.message, record: { ...one.draft, header } };
      });
      await store.put({
        ...outboxEntries(kept),
        ...sentEntries(kept),
        ...headEntries(fresh),
        ...states.entries(begun, 'sent'),
      });
      for (const [account, head] of fresh) this.#heads.set(account, head);
      this.#begin(kept);
      states.tell(begun, 'sent');
      for (const { header } of begun) receipts.settle(header);
      return kept;
    });
  }

  /** A header as it goes out to these devices: with those that joined their streams later. */
  place(header: Header, to: readonly Recipient[]): Promise<Header> {
    return this.#inTurn(async () => {
      const changed = new Map<AccountId, StreamHead>();
      for (const { account, devices } of to) {
        const head = this.#heads.get(account);
        if (head === undefined) continue;
        const numbers = devices.map(({ device }) => device);
        const followed = followDevices(head, numbers, this.#lowestOpen(account) ?? head.number + 1);
        if (followed !== head) changed.set(account, followed);
      }
      if (changed.size > 0) await this.#options.store.put(headEntries(changed));
      for (const [account, head] of changed) this.#heads.set(account, head);
      return { ...header, streams: withJoined(header.streams, this.#heads) };
    });
  }

  /** A message is accepted, or given up. */
  end(message: MessageId): void {
    this.#open.delete(message);
  }

  #begin(kept: readonly Kept[]): void {
    for (const { message, record } of kept) if (record.alone !== true) this.#open.set(message, record.header);
  }

  #lowestOpen(account: AccountId): number | undefined {
    for (const { streams } of this.#open.values()) {
      const place = streams[account];
      if (place !== undefined) return place[0];
    }
    return undefined;
  }
}
