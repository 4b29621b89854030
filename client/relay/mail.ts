import type { Envelope, MessageId } from '#protocol';
import type { Connection } from '../connection/connection.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import type { ClientError } from '../errors.ts';
import { messageIds } from '../message-ids.ts';
import type { Platform } from '../platform.ts';
import type { Store } from '../store.ts';
import { Acks } from './acks.ts';
import { Inbox, type MessageHandler } from './inbox.ts';
import { type Accepted, Outbox } from './outbox.ts';
import type { Outgoing } from './outgoing.ts';
import type { Self } from './recipients.ts';
import { type OutgoingSignal, sendSignal } from './signals.ts';
import { Sync } from './sync.ts';

type Options = {
  connection: Connection;
  lists: DeviceLists;
  store: Store;
  self: Self;
  platform: Platform;
  /** The server's time. */
  now: () => number;
  onError: (error: unknown) => void;
};

/** What goes out and comes in over one connection. */
export class Mail {
  readonly #options: Options;
  readonly #newId: () => MessageId;
  readonly #outbox: Outbox;
  readonly #acks: Acks;
  readonly #inbox: Inbox;
  readonly #sync: Sync;
  #handler: MessageHandler | undefined;

  constructor(options: Options) {
    const { connection, store, platform, now, onError } = options;
    this.#options = options;
    this.#newId = messageIds(now);
    this.#outbox = new Outbox({
      ...options,
      newId: this.#newId,
      post: (messages) => connection.call('relay.send', { messages }),
      isOnline: () => connection.online,
    });
    this.#acks = new Acks(platform.clock, (envelopes) => connection.notify('relay.ack', { envelopes }));
    this.#inbox = new Inbox({ store, clock: platform.clock, acknowledge: (id) => this.#acks.add(id), onError });
    this.#sync = new Sync({
      platform,
      fetch: (params) => connection.call('relay.sync', params),
      take: (envelopes) => this.#take(envelopes),
      onError,
    });
    connection.on('online', (online) => (online ? this.#start() : this.#sync.stop()));
    connection.onNotification('relay.deliver', ({ envelopes }) => void this.#take(envelopes));
  }

  /** Takes up where the last run has stopped; before the connection opens. */
  async load(): Promise<void> {
    await Promise.all([this.#outbox.load(), this.#inbox.load()]);
  }

  send(outgoing: Outgoing): Promise<Accepted> {
    return this.#outbox.send(outgoing);
  }

  signal(outgoing: OutgoingSignal): Promise<void> {
    const { connection, lists, self } = this.#options;
    const newId = this.#newId;
    return sendSignal(outgoing, { lists, self, newId, post: (signal) => connection.call('relay.signal', signal) });
  }

  receive(handler: MessageHandler): void {
    this.#handler = handler;
    if (this.#options.connection.online) this.#sync.start();
  }

  /** Takes over nothing more, and acknowledges what was. Resolves when the handler is done with what it has. */
  async finish(): Promise<void> {
    this.#sync.stop();
    await this.#inbox.stop();
    this.#acks.flush();
  }

  /** The connection is over. Resolves when the store is let alone. */
  async stop(why: ClientError): Promise<void> {
    await Promise.all([this.finish(), this.#outbox.stop(why)]);
  }

  #start(): void {
    this.#outbox.resume();
    this.#inbox.forgetOld().catch(this.#options.onError);
    if (this.#handler !== undefined) this.#sync.start();
  }

  /** Without a handler nothing is taken over: it stays in the mailbox. */
  async #take(envelopes: readonly Envelope[]): Promise<void> {
    if (this.#handler !== undefined) await this.#inbox.take(envelopes, this.#handler);
  }
}
