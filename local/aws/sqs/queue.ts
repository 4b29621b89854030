import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { AwsError } from '../errors.ts';
import { checkContent, type Content } from './message.ts';
import type { MessageStore, Stored } from './message-store.ts';
import type { QueueConfig } from './queue-config.ts';
import { readReceiptHandle, writeReceiptHandle } from './receipt-handle.ts';

/** A message as one receipt of it: times in milliseconds since 1970. */
export type Received = Stored & { receiptHandle: string };

export type Sending = Content & {
  /** Who sends it, as the receiver is told. */
  sender: string;
  /** In seconds; the queue's own without one. */
  delay?: number | undefined;
};

type Wiring = {
  store: MessageStore;
  clock: Clock;
  /** Another queue, by its ARN. */
  find: (arn: string) => Queue;
};

/** A standard queue: what it took is received until it is deleted, is too old, or was received too often. */
export class Queue implements Disposable {
  readonly config: QueueConfig;
  readonly #wiring: Wiring;
  readonly #listeners = new Set<() => void>();
  #cancelTimer: () => void = () => undefined;
  #purgedAt = Number.NEGATIVE_INFINITY;

  constructor(config: QueueConfig, wiring: Wiring) {
    this.config = config;
    this.#wiring = wiring;
  }

  /** Takes a message, durably; returns its id. Throws an AwsError for a message that no queue takes. */
  send({ body, attributes, sender, delay = this.config.delay }: Sending): string {
    checkContent({ body, attributes }, this.config.maximumSize);
    const { store, clock } = this.#wiring;
    const id = randomUUID();
    const sentAt = clock.now();
    store.add(this.config.name, { id, body, attributes, sender, sentAt, visibleAt: sentAt + delay * 1000 });
    this.#changed();
    return id;
  }

  /** At most so many messages, hidden from others for a time in seconds. */
  receive(count: number, visibility: number = this.config.visibility): Received[] {
    const { store, clock } = this.#wiring;
    const { name } = this.config;
    const now = clock.now();
    this.#expire();
    this.#giveUp();
    const received = store.transact(() =>
      store.visible(name, now, count).map(({ sequence }) => store.receive(sequence, now, now + visibility * 1000)),
    );
    this.#watchTimes(now);
    return received.map((message) => ({ ...message, receiptHandle: writeReceiptHandle({ ...message, queue: name }) }));
  }

  /** Deletes what was received with the handle; without effect once it was received again. */
  delete(receiptHandle: string): void {
    this.#wiring.store.remove(readReceiptHandle(receiptHandle, this.config.name));
  }

  /** Hides a message in flight for so many seconds from now. Throws MessageNotInflight for another. */
  changeVisibility(receiptHandle: string, visibility: number): void {
    const { store, clock } = this.#wiring;
    const now = clock.now();
    const receipt = readReceiptHandle(receiptHandle, this.config.name);
    if (!store.hide(receipt, now, now + visibility * 1000)) {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight: it is visible, or gone.');
    }
    this.#changed();
  }

  /** Deletes all messages; at most once a minute. */
  purge(): void {
    const { store, clock } = this.#wiring;
    if (clock.now() - this.#purgedAt < 60_000) {
      const message = `Only one PurgeQueue operation on ${this.config.name} is allowed every 60 seconds.`;
      throw new AwsError('PurgeQueueInProgress', message, 403);
    }
    this.#purgedAt = clock.now();
    store.purge(this.config.name);
  }

  /**
   * Sends the messages that can be received to where they came from, or all to one queue by its ARN, and returns how
   * many; "redriven messages are considered new messages with a new messageID and enqueueTime" (SQS Developer Guide).
   */
  redrive(destination?: string): number {
    const { store, clock, find } = this.#wiring;
    const { name } = this.config;
    const now = clock.now();
    this.#expire();
    const moved = store.transact(() =>
      store.visible(name, now, Number.MAX_SAFE_INTEGER).flatMap(({ sequence, received, source, ...message }) => {
        const arn = destination ?? source;
        if (arn === null) return [];
        const queue = find(arn);
        store.remove({ queue: name, sequence, received });
        store.add(queue.config.name, { ...message, id: randomUUID(), sentAt: now, visibleAt: now });
        return [queue];
      }),
    );
    for (const queue of new Set(moved)) queue.#changed();
    return moved.length;
  }

  /** How many messages can be received, are being worked on, or are delayed. */
  count(): { visible: number; inFlight: number; delayed: number } {
    this.#expire();
    return this.#wiring.store.count(this.config.name, this.#wiring.clock.now());
  }

  /** Calls back whenever there may be something new to receive, until the returned function is called. */
  onReceivable(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#watchTimes(this.#wiring.clock.now());
    return () => {
      this.#listeners.delete(listener);
    };
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#cancelTimer();
  }

  /** "The expiration of a message is always based on its original enqueue timestamp", in a dead-letter queue too. */
  #expire(): void {
    const { store, clock } = this.#wiring;
    store.expire(this.config.name, clock.now() - this.config.retention * 1000);
  }

  #giveUp(): void {
    const { store, clock, find } = this.#wiring;
    const { name, arn, redrive } = this.config;
    if (redrive === undefined) return;
    const { maxReceiveCount } = redrive;
    const deadLetters = find(redrive.arn);
    const given = { queue: name, to: deadLetters.config.name, source: arn, now: clock.now(), maxReceiveCount };
    if (store.giveUp(given) > 0) deadLetters.#changed();
  }

  #changed(): void {
    const { store, clock } = this.#wiring;
    if (this.#listeners.size === 0) return;
    const now = clock.now();
    if (store.visible(this.config.name, now, 1).length > 0) for (const tell of this.#listeners) tell();
    this.#watchTimes(now);
  }

  /**
   * Waits for the next message whose delay or visibility timeout ends. `now` is when it was looked last what is visible:
   * what becomes so in between, as when a timer is a millisecond early, would be seen by neither.
   */
  #watchTimes(now: number): void {
    const { store, clock } = this.#wiring;
    this.#cancelTimer();
    if (this.#listeners.size === 0) return;
    const next = store.nextVisible(this.config.name, now);
    if (next === undefined) return;
    this.#cancelTimer = clock.after(Math.max(0, next - clock.now()), () => this.#changed());
  }
}
