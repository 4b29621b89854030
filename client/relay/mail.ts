import {
  type AccountId,
  addressOf,
  type DeviceAddress,
  type EnvelopeId,
  type MessageId,
  parseAddress,
  toBase64Url,
  traceparentBytes,
  traceparentOf,
} from '#protocol';
import type { Connection } from '../connection/connection.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import type { ClientError } from '../errors.ts';
import { messageIds } from '../message-ids.ts';
import { type Platform, randomBytes } from '../platform.ts';
import type { Store } from '../store.ts';
import { Acks } from './acks.ts';
import { type BlockChange, Blocks, payloadOfBlock } from './blocks.ts';
import { Contacts } from './contacts.ts';
import { Inbox, type MessageHandler } from './inbox.ts';
import type { Gap } from './incoming-stream.ts';
import { Outbox } from './outbox.ts';
import type { Outgoing, OutgoingRecord } from './outgoing.ts';
import type { Drafted } from './outgoing-records.ts';
import type { MessageState, StateChange } from './receipts/delivery-state.ts';
import { DeliveryStates } from './receipts/delivery-states.ts';
import { OutgoingReceipts } from './receipts/outgoing-receipts.ts';
import type { Self } from './recipients.ts';
import type { Accepted, Sending } from './sending.ts';
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
  /** Whether this device sends receipts. */
  receipts: boolean;
  /** The server's time. */
  now: () => number;
  learnTime: (now: number) => void;
  onGap: (gap: Gap) => void;
  onState: (change: StateChange) => void;
  onRead: (ids: EnvelopeId[]) => void;
  onError: (error: unknown) => void;
};

/** Seconds after which the asking device has given up what it asks for. */
const questionLife = 60;

const questionTo = (device: DeviceAddress, ranges: readonly Range[]): OutgoingRecord => {
  const { header, content } = payloadOfQuestion({ device, ranges: [...ranges] });
  return { to: [parseAddress(device).account], body: toBase64Url(content), ttl: questionLife, header, alone: true };
};

const noteOf = (change: BlockChange, own: AccountId): OutgoingRecord => {
  const { header, content } = payloadOfBlock(change);
  return { to: [own], body: toBase64Url(content), header, alone: true };
};

/** Each call of messages is the beginning of a trace, which ends where their last device is woken. */
const newTraceparent = () => traceparentOf(randomBytes(traceparentBytes));

/** Whom the account knows, and whom it does not want to hear of. */
type People = { contacts: Contacts; blocks: Blocks };

/** What goes out and comes in over one connection. */
export class Mail {
  readonly #options: Options;
  readonly #people: People;
  readonly #states: DeliveryStates;
  readonly #receipts: OutgoingReceipts;
  readonly #sent: Sent;
  readonly #outbox: Outbox;
  readonly #signals: Signals;
  readonly #acks: Acks;
  readonly #inbox: Inbox;
  readonly #sync: Sync;

  private constructor(options: Options, people: People) {
    const { connection, lists, store, self, platform, now, onError } = options;
    this.#options = options;
    this.#people = people;
    const { contacts, blocks } = people;
    this.#states = new DeliveryStates(options);
    this.#receipts = new OutgoingReceipts({
      ...options,
      clock: platform.clock,
      mayLearn: (account) => options.receipts && !contacts.isRequest(account) && !blocks.isBlocked(account),
      hasOthers: () => this.#hasOthers(),
      isOnline: () => connection.online,
      send: (records) => this.#outbox.sendAlone(records),
    });
    const [states, receipts] = [this.#states, this.#receipts];
    const newId: () => MessageId = messageIds(now);
    this.#sent = new Sent({ store, now });
    this.#outbox = new Outbox({
      ...options,
      contacts,
      streams: new SendingStreams({ store, self, states, receipts }),
      sent: this.#sent,
      states,
      newId,
      post: (messages) => connection.call('relay.send', { messages }, newTraceparent()),
      isOnline: () => connection.online,
    });
    this.#signals = new Signals({
      lists,
      self,
      newId,
      post: (signals) => connection.call('relay.signal', { signals }),
    });
    this.#acks = new Acks(platform.clock, (acked) => connection.notify('relay.ack', acked));
    this.#inbox = new Inbox({
      ...options,
      address: addressOf(self.account, self.device),
      contacts,
      blocks,
      states,
      receipts,
      acknowledge: (envelope) => this.#acks.add(envelope),
      ask: async (sender, ranges) => void (await this.#outbox.sendAlone([questionTo(sender, ranges)])),
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
    const contacts = await Contacts.load({ store, self: self.account, now });
    const mail = new Mail(options, { contacts, blocks: await Blocks.load({ store, now }) });
    await Promise.all([mail.#receipts.load(), mail.#outbox.load(), mail.#inbox.load()]);
    return mail;
  }

  send(outgoing: Outgoing): Sending {
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

  stateOf(message: MessageId): Promise<MessageState | undefined> {
    return this.#states.of(message);
  }

  /** The person has read what the handler got under these ids. @throws `ids_invalid` */
  markRead(ids: readonly EnvelopeId[]): Promise<void> {
    return this.#receipts.read(ids);
  }

  /** Messages of that account are no requests from now on. */
  accept(account: AccountId): Promise<void> {
    return this.#people.contacts.add([account]);
  }

  /** Has the relay keep back what an account sends, or let it through again; the own devices learn of it. */
  async setBlocked(account: AccountId, blocked: boolean): Promise<void> {
    const { self, connection } = this.#options;
    const { blocks } = this.#people;
    const change = blocks.change(account, blocked);
    await blocks.apply(change);
    await this.#outbox.sendAlone([noteOf(change, self.account)]);
    await connection.call(blocked ? 'contacts.block' : 'contacts.unblock', { account });
  }

  /** Takes over nothing more, and acknowledges what was. Resolves when the handler is done with what it has. */
  async finish(): Promise<void> {
    this.#sync.stop();
    await this.#inbox.stop();
    this.#receipts.stop();
    this.#acks.flush();
  }

  /** The connection is over. Resolves when the store is let alone. */
  async stop(why: ClientError): Promise<void> {
    await Promise.all([this.finish(), this.#outbox.stop(why)]);
  }

  #start(): void {
    const { onError } = this.#options;
    this.#outbox.resume();
    this.#receipts.start();
    for (const past of [this.#inbox, this.#sent, this.#states]) past.forgetOld().catch(onError);
    this.#fetch();
  }

  #pause(): void {
    this.#sync.stop();
    this.#receipts.stop();
    this.#inbox.pause();
  }

  /** Without a handler nothing is fetched. */
  #fetch(): void {
    if (this.#inbox.isReceiving) this.#sync.start();
  }

  async #hasOthers(): Promise<boolean> {
    const { lists, self } = this.#options;
    return (await lists.of(self.account)).devices.length > 1;
  }

  async #answer(asker: AccountId, { ranges }: Question): Promise<void> {
    const answers = await this.#sent.answers(asker, ranges);
    const underWay = this.#outbox.underWayAgain(asker);
    await this.#outbox.sendAlone(answers.filter(({ header }) => !underWay.has(header.message ?? '')));
  }
}
