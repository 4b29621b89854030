import {
  type AccountId,
  type Bytes,
  type DeviceNumber,
  type Envelope,
  type EnvelopeId,
  fromBase64Url,
  type MessageId,
  parseAddress,
  parseEnvelopeId,
  Timestamp,
} from '#protocol';
import type { Clock } from '../platform.ts';
import { serial } from '../serial.ts';
import { listRecords, type Store } from '../store.ts';

/** A message as the application gets it. `id` is the envelope's; `at`, the server's time, in milliseconds since 1970. */
export type IncomingMessage = {
  id: EnvelopeId;
  message: MessageId;
  sender: { account: AccountId; device: DeviceNumber };
  body: Bytes;
  at: number;
  urgent: boolean;
};

/** Takes a message over: once it returns, or its promise is kept, the cloud forgets the message. */
export type MessageHandler = (message: IncomingMessage) => void | Promise<void>;

type Options = {
  store: Store;
  clock: Clock;
  acknowledge: (id: EnvelopeId) => void;
  onError: (error: unknown) => void;
};

const prefix = 'received/';

// Senders repeat a message for seven days at most.
const memory = 8 * 24 * 60 * 60 * 1000;

const toMessage = ({ id, body, at, urgent = false }: Envelope): IncomingMessage => {
  const { message, sender } = parseEnvelopeId(id);
  return { id, message, sender: parseAddress(sender), body: fromBase64Url(body), at, urgent };
};

/** Hands each message to the application once and one after another, then remembers it, then acknowledges it. */
export class Inbox {
  readonly #options: Options;
  readonly #received = new Map<string, number>();
  readonly #inTurn = serial();
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Recalls what was received in earlier runs. */
  async load(): Promise<void> {
    for (const [id, at] of await listRecords(this.#options.store, prefix, Timestamp)) this.#received.set(id, at);
    await this.forgetOld();
  }

  /** Forgets the ids that nobody will send again. */
  async forgetOld(): Promise<void> {
    const { store, clock } = this.#options;
    const old = [...this.#received].filter(([, at]) => at < clock.now() - memory).map(([id]) => id);
    if (old.length === 0) return;
    await store.delete(old.map((id) => prefix + id));
    for (const id of old) this.#received.delete(id);
  }

  /** Resolves when all have been handed over, or refused by the handler: those come again. */
  async take(envelopes: readonly Envelope[], handler: MessageHandler): Promise<void> {
    await Promise.all(envelopes.map((envelope) => this.#inTurn(() => this.#take(envelope, handler))));
  }

  /** Nothing more is handed over; resolves when the handler is done with what it has. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#inTurn(async () => {});
  }

  async #take(envelope: Envelope, handler: MessageHandler): Promise<void> {
    const { store, clock, acknowledge, onError } = this.#options;
    const { id } = envelope;
    if (this.#stopped) return;
    try {
      if (!this.#received.has(id)) {
        await handler(toMessage(envelope));
        const at = clock.now();
        this.#received.set(id, at);
        await store.put({ [prefix + id]: at });
      }
      acknowledge(id);
    } catch (error) {
      onError(error);
    }
  }
}
