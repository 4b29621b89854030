import { type AccountId, type MessageId, messageTime } from '#protocol';
import { serial } from '../../serial.ts';
import { listRecords, readRecord, type Store } from '../../store.ts';
import { memory } from '../memory.ts';
import type { Header } from '../streams/payload.ts';
import {
  AccountStates,
  beginAt,
  type DeliveryState,
  furthered,
  type MessageState,
  overall,
  type StateChange,
} from './delivery-state.ts';

const prefix = 'state/';

/** A message that is on its way from now on. */
export type Begun = { message: MessageId; header: Header };

type Options = {
  store: Store;
  self: { account: AccountId };
  /** The server's time. */
  now: () => number;
  onState: (change: StateChange) => void;
};

/** How far the messages of this account have come, those of its other devices included; for eight days. */
export class DeliveryStates {
  readonly #options: Options;
  readonly #inTurn = serial();

  constructor(options: Options) {
    this.#options = options;
  }

  /** With what messages begin: to be kept together with them. */
  entries(begun: readonly Begun[], state: DeliveryState): Record<string, AccountStates> {
    const { account } = this.#options.self;
    return Object.fromEntries(begun.map(({ message, header }) => [prefix + message, beginAt(header, account, state)]));
  }

  /** Tells with what messages have begun. */
  tell(begun: readonly Begun[], state: DeliveryState): void {
    const { self, onState } = this.#options;
    for (const { message, header } of begun) {
      for (const account of Object.keys(beginAt(header, self.account, state))) onState({ message, account, state });
    }
  }

  /** Messages have come so far, at the given account or at all; what is unknown, or not for it, stays as it is. */
  advance(messages: readonly MessageId[], state: DeliveryState, at?: AccountId): Promise<void> {
    return this.#inTurn(async () => {
      const { store, onState } = this.#options;
      const entries: Record<string, AccountStates> = {};
      const changes: StateChange[] = [];
      for (const message of new Set(messages)) {
        const states = await this.#read(message);
        if (states === undefined) continue;
        const accounts = furthered(states, { state, by: at === undefined ? Object.keys(states) : [at] });
        if (accounts.length === 0) continue;
        entries[prefix + message] = { ...states, ...Object.fromEntries(accounts.map((account) => [account, state])) };
        changes.push(...accounts.map((account): StateChange => ({ message, account, state })));
      }
      if (changes.length === 0) return;
      await store.put(entries);
      for (const change of changes) onState(change);
    });
  }

  /** Undefined for what is not this account's, was refused for good, or is older than eight days. */
  async of(message: MessageId): Promise<MessageState | undefined> {
    const states = await this.#inTurn(() => this.#read(message));
    return states && overall(states);
  }

  /** It will never be accepted. */
  forget(messages: readonly MessageId[]): Promise<void> {
    return this.#inTurn(() => this.#options.store.delete(messages.map((message) => prefix + message)));
  }

  async forgetOld(): Promise<void> {
    const records = await listRecords(this.#options.store, prefix, AccountStates);
    const old = records.map(([message]) => message).filter((message) => this.#isOld(message));
    if (old.length > 0) await this.forget(old);
  }

  async #read(message: MessageId): Promise<AccountStates | undefined> {
    if (this.#isOld(message)) return undefined;
    return readRecord(this.#options.store, prefix + message, AccountStates);
  }

  #isOld(message: MessageId): boolean {
    return messageTime(message) < this.#options.now() - memory;
  }
}
