import type { AccountId, Message, MessageId, Result } from '#protocol';
import { acceptChanged } from '../devices/accept-changed.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import { ClientError, restAfter } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { serial } from '../serial.ts';
import type { Store } from '../store.ts';
import { address } from './address.ts';
import { createBatch } from './batch.ts';
import type { Contacts } from './contacts.ts';
import { draftOf, type Outgoing, type OutgoingRecord } from './outgoing.ts';
import { type Drafted, forget, type Kept, left, outboxEntries } from './outgoing-records.ts';
import type { DeliveryStates } from './receipts/delivery-states.ts';
import type { Self } from './recipients.ts';
import { readRefusal } from './refusal.ts';
import { type Accepted, type Sending, startSending } from './sending.ts';
import type { Sent } from './sent.ts';
import type { SendingStreams } from './streams/sending-streams.ts';
import { Turns } from './turns.ts';

type Waiter = {
  message: MessageId;
  /** Who waits for it: nobody any more when it is left from an earlier run, and never for what the SDK itself sends. */
  sender?: PromiseWithResolvers<Accepted>;
};
type Fresh = Waiter & Drafted;
type Entry = Waiter & Kept & { failures: number };
type Ready = { entry: Entry; message: Message };
type Answer = Result<'relay.send'>['results'][number];

type Options = {
  store: Store;
  lists: DeviceLists;
  self: Self;
  contacts: Contacts;
  streams: SendingStreams;
  sent: Sent;
  states: DeliveryStates;
  platform: Platform;
  /** The server's time. */
  now: () => number;
  learnTime: (now: number) => void;
  newId: () => MessageId;
  post: (messages: Message[]) => Promise<{ results: Answer[] }>;
  isOnline: () => boolean;
  /** The store failed, or a message that nobody waits for was refused. */
  onError: (error: unknown) => void;
};

/**
 * Messages on their way out: kept in the store from before they are sent until they are accepted. One call is under
 * way at a time, so that messages leave in the order they were given; what comes meanwhile shares the next one.
 */
export class Outbox {
  readonly #options: Options;
  /** All that is not accepted, nor refused for good. */
  readonly #entries = new Map<MessageId, Fresh | Entry>();
  /** Given in this tick, without numbers and not in the store yet. */
  readonly #fresh: Fresh[] = [];
  /** What is to go out and is not under way. */
  readonly #turns: Turns<Entry>;
  readonly #keepInTurn = serial();
  #running = false;
  #run: Promise<void> | undefined;
  #over: ClientError | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#turns = new Turns({ ...options, onDue: () => this.#start() });
  }

  /** Takes up what an earlier run has left. @throws `store_damaged` */
  async load(): Promise<void> {
    const { drafts, kept } = await left(this.#options.store);
    await this.#options.streams.load(kept);
    const entries = kept.map((entry): Entry => ({ ...entry, failures: 0 }));
    for (const entry of entries) this.#entries.set(entry.message, entry);
    this.#turns.add(entries);
    for (const drafted of drafts) this.#add(drafted);
  }

  /** Resolves when the message is accepted. @throws ClientError when it never will be, or the session is over first */
  send(outgoing: Outgoing): Sending {
    const { newId, self } = this.#options;
    return startSending(newId(), async (message) =>
      this.sendDraft({ message, draft: draftOf(outgoing, self.account) }),
    );
  }

  /** Sends what has an id; given again under the same, it is the same message. @throws as `send` */
  async sendDraft({ message, draft }: Drafted): Promise<Accepted> {
    if (this.#over !== undefined) throw this.#over;
    const known = this.#entries.get(message);
    const sender = known?.sender ?? Promise.withResolvers<Accepted>();
    if (known === undefined) this.#add({ message, draft, sender });
    else known.sender = sender;
    return sender.promise;
  }

  /**
   * Sends what the SDK itself has to say, in no stream or in a place that was given before; nobody waits for it. Resolves
   * when it is kept; false when nothing more is, for the session is over.
   */
  async sendAlone(records: readonly OutgoingRecord[]): Promise<boolean> {
    const { newId, store } = this.#options;
    if (this.#over !== undefined) return false;
    if (records.length === 0) return true;
    const kept = records.map((record): Kept => ({ message: newId(), record }));
    await store.put(outboxEntries(kept));
    const entries = kept.map((one) => ({ ...one, failures: 0 }));
    for (const entry of entries) this.#entries.set(entry.message, entry);
    this.#enqueue(entries);
    return true;
  }

  /** The messages that are on their way to an account once more, by the ids under which they first went. */
  underWayAgain(account: AccountId): ReadonlySet<MessageId> {
    const records = [...this.#entries.values()].flatMap((entry) => ('record' in entry ? entry.record : []));
    const again = records.filter(({ alone, to }) => alone === true && to.includes(account));
    return new Set(again.flatMap(({ header }) => header.message ?? []));
  }

  /** There is a connection (again): whatever waited for better times goes now, unless the relay set the time. */
  resume(): void {
    this.#turns.resume();
    this.#start();
  }

  /** Nothing more is sent in this run; what is kept goes out in the next. Resolves when the store is let alone. */
  async stop(error: ClientError): Promise<void> {
    this.#over = error;
    this.#rejectAll(error);
    await this.#keepInTurn(() => this.#keepFresh());
    await this.#run;
    this.#rejectAll(error);
  }

  #add(fresh: Fresh): void {
    this.#entries.set(fresh.message, fresh);
    this.#fresh.push(fresh);
    if (this.#fresh.length === 1) queueMicrotask(() => void this.#keepInTurn(() => this.#keepFresh()));
  }

  #rejectAll(error: ClientError): void {
    for (const { sender } of this.#turns.takeAll()) sender?.reject(error);
  }

  async #keepFresh(): Promise<void> {
    const { contacts, streams } = this.#options;
    const fresh = this.#fresh.splice(0);
    if (fresh.length === 0) return;
    try {
      await contacts.add(fresh.flatMap(({ draft }) => draft.to));
      const kept = await streams.number(fresh);
      // Read only now: somebody may have begun to wait meanwhile.
      const entries = kept.map((one, i): Entry => {
        const sender = fresh[i]?.sender;
        return { ...one, failures: 0, ...(sender && { sender }) };
      });
      for (const entry of entries) this.#entries.set(entry.message, entry);
      this.#enqueue(entries);
    } catch (error) {
      for (const { message, sender } of fresh) {
        this.#entries.delete(message);
        if (sender === undefined) this.#options.onError(error);
        else sender.reject(error);
      }
    }
  }

  /** In their turn among those that wait, and at once if there is nothing under way. */
  #enqueue(entries: readonly Entry[]): void {
    if (this.#over === undefined) {
      this.#turns.add(entries);
      this.#start();
    } else {
      for (const { sender } of entries) sender?.reject(this.#over);
    }
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run = this.#drain();
  }

  async #drain(): Promise<void> {
    while (!this.#turns.isEmpty && this.#options.isOnline()) {
      const ready = await this.#prepare();
      if (ready.length > 0) await this.#post(ready);
    }
    this.#running = false;
  }

  /** Takes as many of the waiting as go into one call, addressed by the lists known now. */
  async #prepare(): Promise<Ready[]> {
    const ready: Ready[] = [];
    const fits = createBatch();
    for (let entry = this.#turns.next(); entry !== undefined; entry = this.#turns.next()) {
      try {
        const message = await address(entry, this.#options);
        if (!fits(message)) {
          this.#turns.putBack(entry);
          break;
        }
        ready.push({ entry, message });
      } catch (error) {
        await this.#fail(entry, error);
      }
    }
    return ready;
  }

  async #post(ready: readonly Ready[]): Promise<void> {
    let results: Answer[];
    try {
      if (this.#over !== undefined) throw this.#over;
      ({ results } = await this.#options.post(ready.map(({ message }) => message)));
    } catch (error) {
      for (const { entry } of ready) await this.#fail(entry, error);
      return;
    }
    const { states, learnTime, onError } = this.#options;
    const answers = new Map(results.map((answer) => [answer.message, answer]));
    const accepted: { entry: Entry; at: number }[] = [];
    for (const { entry } of ready) {
      const answer = answers.get(entry.message);
      if (answer === undefined) await this.#fail(entry, new ClientError('answer_invalid', { details: 'relay.send' }));
      else if ('at' in answer) accepted.push({ entry, at: answer.at });
      else await this.#fail(entry, readRefusal(entry.message, answer.error, learnTime));
    }
    const entries = accepted.map(({ entry }) => entry);
    const messages = entries.map(({ message }) => message);
    await states.advance(messages, 'accepted').catch(onError);
    await this.#forget(entries);
    for (const { entry, at } of accepted) entry.sender?.resolve({ message: entry.message, at });
  }

  /** What becomes of a message that was not accepted: it goes again at once, or later, or never. */
  async #fail(entry: Entry, error: unknown): Promise<void> {
    if (this.#over !== undefined) {
      entry.sender?.reject(this.#over);
    } else if (error instanceof ClientError && error.code === 'devices_changed') {
      await this.#readdress(entry, error);
    } else if (error instanceof ClientError && error.retryable) {
      this.#turns.delay(entry, restAfter(error));
    } else {
      await this.#giveUp(entry);
      if (entry.sender !== undefined) entry.sender.reject(error);
      else if (entry.record.alone !== true) this.#options.onError(error);
    }
  }

  /** Something void takes the place of what never goes out: nobody shall miss it, or wait for it. */
  async #giveUp(entry: Entry): Promise<void> {
    const { sent, states } = this.#options;
    try {
      if (entry.record.alone !== true) {
        await this.sendAlone(await sent.void(entry));
        await states.forget([entry.message]);
      }
    } catch (error) {
      this.#options.onError(error);
    }
    await this.#forget([entry]);
  }

  /** An answer tells each list once and not all of them: who is refused twice in a row asks for its own. */
  async #readdress(entry: Entry, error: ClientError): Promise<void> {
    const { lists, self } = this.#options;
    try {
      await acceptChanged(lists, error.details);
      if (entry.failures > 0) for (const account of [...entry.record.to, self.account]) await lists.refresh(account);
    } catch (cause) {
      await this.#fail(entry, cause);
      return;
    }
    if (entry.failures > 0) {
      this.#turns.delay(entry, 0);
    } else {
      entry.failures += 1;
      this.#enqueue([entry]);
    }
  }

  /** A store that fails here costs a repeat in the next run, which stores nothing twice. */
  async #forget(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    for (const { message } of entries) {
      this.#entries.delete(message);
      this.#options.streams.end(message);
    }
    try {
      await forget(this.#options.store, entries);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
