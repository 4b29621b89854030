import { type AccountId, addressOf, type DeviceAddress, type MessageId, parseAddress, toBase64Url } from '#protocol';
import type { Connection } from '../connection/connection.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import type { ClientError } from '../errors.ts';
import { messageIds } from '../message-ids.ts';
import type { Platform } from '../platform.ts';
import type { Store } from '../store.ts';
import { Acks } from './acks.ts';
import { Contacts } from './contacts.ts';
import { Inbox, type MessageHandler } from './inbox.ts';
import type { Gap } from './incoming-stream.ts';
import { type Accepted, Outbox } from './outbox.ts';
import type { Outgoing, OutgoingRecord } from './outgoing.ts';
import type { Drafted } from './outgoing-records.ts';
import type { Self } from './recipients.ts';
import { Sent } from './sent.ts';
import { type OutgoingSignal, Signals } from './signals.ts';
import type { Range } from './streams/reception.ts';
import { payloadOfQuestion, type Question } from './streams/resend.ts';
import { SendingStreams } from './streams/sending-streams.ts';
import { Sync } from './sync.ts';

type Options = {
  connection: Connection;
  lists: DeviceLists;
  store: Store;
  self: Self;
  platform: Platform;
  /** The server's time. */
  now: () => number;
  onGap: (gap: Gap) => void;
  onError: (error: unknown) => void;
};

/** Seconds after which the asking device has given up what it asks for. */
const questionLife = 60;

const questionTo = (device: DeviceAddress, ranges: readonly Range[]): OutgoingRecord => {
  const { header, content } = payloadOfQuestion({ device, ranges: [...ranges] });
  return { to: [parseAddress(device).account], body: toBase64Url(content), ttl: questionLife, header, alone: true };
};

/** What goes out and comes in over one connection. */
export class Mail {
  readonly #options: Options;
  readonly #contacts: Contacts;
  readonly #sent: Sent;
  readonly #outbox: Outbox;
  readonly #signals: Signals;
  readonly #acks: Acks;
  readonly #inbox: Inbox;
  readonly #sync: Sync;

  private constructor(options: Options, contacts: Contacts) {
    const { connection, lists, store, self, platform, now, onError } = options;
    this.#options = options;
    this.#contacts = contacts;
    const newId: () => MessageId = messageIds(now);
    this.#sent = new Sent({ store, now });
    this.#outbox = new Outbox({
      ...options,
      contacts,
      streams: new SendingStreams({ store, self }),
      sent: this.#sent,
      newId,
      post: (messages) => connection.call('relay.send', { messages }),
      isOnline: () => connection.online,
    });
    this.#signals = new Signals({
      lists,
      self,
      newId,
      post: (signals) => connection.call('relay.signal', { signals }),
    });
    this.#acks = new Acks(platform.clock, (envelopes) => connection.notify('relay.ack', { envelopes }));
    this.#inbox = new Inbox({
      ...options,
      address: addressOf(self.account, self.device),
      contacts,
      acknowledge: (id) => this.#acks.add(id),
      ask: (sender, ranges) => this.#outbox.sendAlone([questionTo(sender, ranges)]),
      answer: (asker, question) => this.#answer(parseAddress(asker).account, question),
    });
    this.#sync = new Sync({
      platform,
      fetch: (params) => connection.call('relay.sync', params),
      take: (envelopes) => this.#inbox.take(envelopes),
      onEmpty: () => this.#inbox.catchUp(),
      onError,
    });
    connection.on('online', (online) => (online ? this.#start() : this.#pause()));
    connection.on('renewed', () => this.#start());
    connection.onNotification('relay.deliver', ({ envelopes }) => void this.#inbox.take(envelopes));
    connection.onNotification('relay.waiting', () => this.#fetch());
  }

  /** Takes up where the last run has stopped; before the connection opens. @throws `store_damaged` */
  static async load(options: Options): Promise<Mail> {
    const { store, self, now } = options;
    const mail = new Mail(options, await Contacts.load({ store, self: self.account, now }));
    await Promise.all([mail.#outbox.load(), mail.#inbox.load()]);
    return mail;
  }

  send(outgoing: Outgoing): Promise<Accepted> {
    return this.#outbox.send(outgoing);
  }

  sendDraft(drafted: Drafted): Promise<Accepted> {
    return this.#outbox.sendDraft(drafted);
  }

  signal(outgoing: OutgoingSignal): Promise<void> {
    return this.#signals.send(outgoing);
  }

  receive(handler: MessageHandler): void {
    this.#inbox.receive(handler);
    if (this.#options.connection.online) this.#fetch();
  }

  /** Messages of that account are no requests from now on. */
  accept(account: AccountId): Promise<void> {
    return this.#contacts.add([account]);
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
    const { onError } = this.#options;
    this.#outbox.resume();
    this.#inbox.forgetOld().catch(onError);
    this.#sent.forgetOld().catch(onError);
    this.#fetch();
  }

  #pause(): void {
    this.#sync.stop();
    this.#inbox.pause();
  }

  /** Without a handler nothing is fetched. */
  #fetch(): void {
    if (this.#inbox.isReceiving) this.#sync.start();
  }

  async #answer(asker: AccountId, { ranges }: Question): Promise<void> {
    const answers = await this.#sent.answers(asker, ranges);
    const underWay = this.#outbox.underWayAgain(asker);
    await this.#outbox.sendAlone(answers.filter(({ header }) => !underWay.has(header.message ?? '')));
  }
}
