import type { Message, MessageId, Result } from '#protocol';
import { backoff } from '../backoff.ts';
import { acceptChanged } from '../devices/accept-changed.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import { ClientError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import type { Store } from '../store.ts';
import { createBatch } from './batch.ts';
import { isOverdue, type Outgoing, recordOf } from './outgoing.ts';
import { Later } from './later.ts';
import { forget, type Kept, keep, left } from './outgoing-records.ts';
import { recipients, type Self } from './recipients.ts';

/** A message that is stored for every device it is for; `at` is the server's time. */
export type Accepted = { message: MessageId; at: number };

type Entry = Kept & {
  failures: number;
  /** Who waits for it: nobody any more when it is left from an earlier run. */
  sender?: { resolve: (accepted: Accepted) => void; reject: (error: unknown) => void };
};
type Ready = { entry: Entry; message: Message };
type Answer = Result<'relay.send'>['results'][number];

type Options = {
  store: Store;
  lists: DeviceLists;
  self: Self;
  platform: Platform;
  /** The server's time. */
  now: () => number;
  newId: () => MessageId;
  post: (messages: Message[]) => Promise<{ results: Answer[] }>;
  isOnline: () => boolean;
  /** The store failed, or a message that nobody waits for was refused. */
  onError: (error: unknown) => void;
};

const byAge = (a: Entry, b: Entry) => (a.message < b.message ? -1 : 1);

/**
 * Messages on their way out: kept in the store from before they are sent until they are accepted. One call is under
 * way at a time, so that messages leave in the order they were given; what comes meanwhile shares the next one.
 */
export class Outbox {
  readonly #options: Options;
  /** Given in this tick, not in the store yet. */
  readonly #fresh: Entry[] = [];
  #waiting: Entry[] = [];
  /** Refused for now. */
  readonly #delayed: Later<Entry>;
  #running = false;
  #run: Promise<void> | undefined;
  #keeping: Promise<void> | undefined;
  #over: ClientError | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#delayed = new Later(options.platform.clock, (entry) => this.#enqueue([entry]));
  }

  /** Takes up what an earlier run has left. */
  async load(): Promise<void> {
    this.#waiting = (await left(this.#options.store)).map((kept) => ({ ...kept, failures: 0 }));
  }

  /** Resolves when the message is accepted. @throws ClientError when it never will be, or the session is over first */
  async send(outgoing: Outgoing): Promise<Accepted> {
    if (this.#over !== undefined) throw this.#over;
    const record = recordOf(outgoing);
    const { promise, ...sender } = Promise.withResolvers<Accepted>();
    this.#fresh.push({ message: this.#options.newId(), record, failures: 0, sender });
    if (this.#fresh.length === 1) queueMicrotask(() => this.#keepFresh());
    return promise;
  }

  /** There is a connection (again): whatever waited for better times goes now. */
  resume(): void {
    this.#enqueue(this.#delayed.takeAll());
  }

  /** Nothing more is sent in this run; what is kept goes out in the next. Resolves when the store is let alone. */
  async stop(error: ClientError): Promise<void> {
    this.#over = error;
    this.#rejectAll(error);
    await this.#keeping;
    await this.#run;
    this.#rejectAll(error);
  }

  #rejectAll(error: ClientError): void {
    for (const { sender } of [...this.#waiting.splice(0), ...this.#delayed.takeAll()]) sender?.reject(error);
  }

  #keepFresh(): void {
    const entries = this.#fresh.splice(0);
    this.#keeping = keep(this.#options.store, entries).then(
      () => this.#enqueue(entries),
      (error: unknown) => {
        for (const { sender } of entries) sender?.reject(error);
      },
    );
  }

  /** In their turn among those that wait, and at once if there is nothing under way. */
  #enqueue(entries: readonly Entry[]): void {
    if (this.#over === undefined) {
      this.#waiting = [...this.#waiting, ...entries].toSorted(byAge);
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
    while (this.#waiting.length > 0 && this.#options.isOnline()) {
      const ready = await this.#prepare();
      if (ready.length > 0) await this.#post(ready);
    }
    this.#running = false;
  }

  /** Takes as many of the waiting as go into one call, addressed by the lists known now. */
  async #prepare(): Promise<Ready[]> {
    const ready: Ready[] = [];
    const fits = createBatch();
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      try {
        const message = await this.#address(entry);
        if (!fits(message)) {
          this.#waiting.unshift(entry);
          break;
        }
        ready.push({ entry, message });
      } catch (error) {
        await this.#fail(entry, error);
      }
    }
    return ready;
  }

  async #address({ message, record }: Entry): Promise<Message> {
    if (isOverdue(message, record, this.#options.now())) throw new ClientError('message_expired');
    const { to, body, ...rest } = record;
    return { message, bodies: [body], to: await recipients(to, this.#options), ...rest };
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
    const answers = new Map(results.map((answer) => [answer.message, answer]));
    const accepted: { entry: Entry; at: number }[] = [];
    for (const { entry } of ready) {
      const answer = answers.get(entry.message);
      if (answer === undefined) await this.#fail(entry, new ClientError('answer_invalid', { details: 'relay.send' }));
      else if ('at' in answer) accepted.push({ entry, at: answer.at });
      else await this.#fail(entry, ClientError.from(answer.error));
    }
    await this.#forget(accepted.map(({ entry }) => entry));
    for (const { entry, at } of accepted) entry.sender?.resolve({ message: entry.message, at });
  }

  /** What becomes of a message that was not accepted: it goes again at once, or later, or never. */
  async #fail(entry: Entry, error: unknown): Promise<void> {
    if (this.#over !== undefined) {
      entry.sender?.reject(this.#over);
    } else if (error instanceof ClientError && error.code === 'devices_changed') {
      await this.#readdress(entry, error);
    } else if (error instanceof ClientError && error.retryable) {
      this.#delay(entry, error.retryAfterMs);
    } else {
      await this.#forget([entry]);
      if (entry.sender === undefined) this.#options.onError(error);
      else entry.sender.reject(error);
    }
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
      this.#delay(entry);
    } else {
      entry.failures += 1;
      this.#enqueue([entry]);
    }
  }

  #delay(entry: Entry, atLeast = 0): void {
    const delay = Math.max(atLeast, backoff(entry.failures, this.#options.platform.random));
    entry.failures += 1;
    this.#delayed.add(entry, delay);
  }

  /** A store that fails here costs a repeat in the next run, which stores nothing twice. */
  async #forget(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    try {
      await forget(this.#options.store, entries);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
