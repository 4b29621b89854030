import { type DeviceAddress, type Envelope, type EnvelopeId, parseAddress, parseEnvelopeId } from '#protocol';
import { ClientError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { serial } from '../serial.ts';
import type { Store } from '../store.ts';
import { type Arrival, type IncomingMessage, readEnvelope, toMessage } from './arrival.ts';
import { type Blocks, readBlock } from './blocks.ts';
import type { Contacts } from './contacts.ts';
import { type Gap, IncomingStream } from './incoming-stream.ts';
import type { DeliveryStates } from './receipts/delivery-states.ts';
import type { OutgoingReceipts } from './receipts/outgoing-receipts.ts';
import { takeReceipts } from './receipts/take-receipts.ts';
import { Received } from './received.ts';
import { loadReceptions } from './reception-records.ts';
import type { Self } from './recipients.ts';
import type { Range, Reception } from './streams/reception.ts';
import { type Question, readQuestion } from './streams/resend.ts';

/** Takes a message over: once it returns, or its promise is kept, the cloud forgets the message. */
export type MessageHandler = (message: IncomingMessage) => void | Promise<void>;

type Options = {
  store: Store;
  self: Self;
  address: DeviceAddress;
  platform: Platform;
  contacts: Contacts;
  blocks: Blocks;
  states: DeliveryStates;
  receipts: Pick<OutgoingReceipts, 'delivered'>;
  acknowledge: (envelope: Pick<Envelope, 'id' | 'at'>) => void;
  /** Asks a device for what of its stream is missing. */
  ask: (sender: DeviceAddress, ranges: readonly Range[]) => Promise<void>;
  /** Somebody lacks something that this device has sent. */
  answer: (asker: DeviceAddress, question: Question) => Promise<void>;
  onGap: (gap: Gap) => void;
  /** Another device of this account says what its person has read. */
  onRead: (ids: EnvelopeId[]) => void;
  onError: (error: unknown) => void;
};

/**
 * Hands each message to the application once and one after another, those of one device in the order in which it sent
 * them; then remembers it, then acknowledges it.
 */
export class Inbox {
  readonly #options: Options;
  readonly #received: Received;
  readonly #streams = new Map<DeviceAddress, IncomingStream>();
  readonly #inTurn = serial();
  #handler: MessageHandler | undefined;
  #caughtUp = false;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    this.#received = new Received({ store: options.store, clock: options.platform.clock });
  }

  /** Recalls how far the streams had come in earlier runs. @throws `store_damaged` */
  async load(): Promise<void> {
    const { store, self } = this.#options;
    for (const [sender, reception] of await loadReceptions(store, self.account)) this.#open(sender, reception);
  }

  /** Forgets the ids that nobody will send again. */
  forgetOld(): Promise<void> {
    return this.#received.forgetOld();
  }

  /** Without a handler nothing is taken over: it stays in the mailbox. */
  receive(handler: MessageHandler): void {
    this.#handler = handler;
  }

  get isReceiving(): boolean {
    return this.#handler !== undefined;
  }

  /** Resolves when all have been handed over, held, or refused by the handler: those come again. */
  async take(envelopes: readonly Envelope[]): Promise<void> {
    if (this.#handler === undefined) return;
    await Promise.all(envelopes.map((envelope) => this.#inTurn(() => this.#take(envelope))));
  }

  /** The mailbox is empty: what is missing now has to be asked for. */
  async catchUp(): Promise<void> {
    this.#caughtUp = true;
    await Promise.all([...this.#streams.keys()].map((sender) => this.#mend(sender)));
  }

  /** There is no connection any more. */
  pause(): void {
    this.#caughtUp = false;
    for (const stream of this.#streams.values()) stream.pause();
  }

  /** Nothing more is handed over; resolves when the handler is done with what it has. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.pause();
    return this.#inTurn(async () => {});
  }

  async #take(envelope: Envelope): Promise<void> {
    const { acknowledge, onError } = this.#options;
    const { id } = envelope;
    if (this.#stopped) return;
    try {
      if ((await this.#received.has(id)) || (await this.#read(envelope))) acknowledge(envelope);
    } catch (error) {
      // What nobody can read will be no more readable when it comes again.
      if (error instanceof ClientError && error.code === 'payload_invalid') acknowledge(envelope);
      onError(error);
    }
  }

  /** Whether it may be acknowledged. */
  async #read(envelope: Envelope): Promise<boolean> {
    const { sender } = parseEnvelopeId(envelope.id);
    const arrival = readEnvelope(envelope);
    if (arrival === undefined) throw new ClientError('payload_invalid', { details: envelope.id });
    await takeReceipts(arrival.payload.header, parseAddress(sender).account, this.#options);
    if (await this.#takeAside(arrival, sender)) {
      await this.#received.add(envelope.id);
      return true;
    }
    const stream = this.#streams.get(sender) ?? this.#open(sender, undefined);
    const isTaken = await stream.take(arrival);
    await stream.mend();
    return isTaken;
  }

  /** Does what devices tell each other beside their streams; whether it was that. */
  async #takeAside({ payload }: Arrival, sender: DeviceAddress): Promise<boolean> {
    const { address, self, blocks, answer } = this.#options;
    if (payload.header.kind === 'receipt') return true;
    const question = readQuestion(payload);
    const change = readBlock(payload);
    if (question?.device === address) await answer(sender, question);
    if (change !== undefined && parseAddress(sender).account === self.account) await blocks.apply(change);
    return question !== undefined || change !== undefined;
  }

  #open(sender: DeviceAddress, reception: Reception | undefined): IncomingStream {
    const { platform } = this.#options;
    const stream = new IncomingStream(sender, reception, {
      ...this.#options,
      received: this.#received,
      handOver: (arrival) => this.#handOver(arrival),
      isCaughtUp: () => this.#caughtUp,
      mendAfter: (sender, delay) => platform.clock.after(delay, () => void this.#mend(sender)),
    });
    this.#streams.set(sender, stream);
    return stream;
  }

  async #mend(sender: DeviceAddress): Promise<void> {
    await this.#inTurn(async () => {
      if (!this.#stopped) await this.#streams.get(sender)?.mend();
    }).catch(this.#options.onError);
  }

  /** Gives what is to be kept of it. */
  async #handOver(arrival: Arrival): Promise<Record<string, unknown>> {
    const { contacts, self, states, receipts } = this.#options;
    const { header } = arrival.payload;
    if (header.kind !== 'message') return {};
    const { account } = parseAddress(parseEnvelopeId(arrival.envelope.id).sender);
    // What another device of this account has sent shows whom the account knows.
    if (account === self.account) await contacts.add(Object.keys(header.streams));
    const message = toMessage(arrival, contacts.isRequest(account));
    await this.#handler?.(message);
    const isCopy = account === self.account;
    return isCopy ? states.entries([{ message: message.message, header }], 'accepted') : receipts.delivered(message.id);
  }
}
