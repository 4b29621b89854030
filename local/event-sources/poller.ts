import type { Queue, Received } from '../aws/sqs/index.ts';
import type { Clock } from '../clock.ts';
import type { Invocation } from '../lambda/index.ts';
import { batchEvent } from './batch-event.ts';
import { failedOf } from './batch-response.ts';
import type { Mapping } from './read-mappings.ts';

type Wiring = {
  queue: Queue;
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
  clock: Clock;
  report: (line: string) => void;
};

/** "Lambda polls until it has a full batch, the batching window expires, or the batch reaches 6 MB." */
const payloadLimit = 6 * 1024 * 1024;

/** Brings the messages of a queue to a function, batch by batch, and deletes those that it has done. */
export class Poller implements Disposable {
  readonly #mapping: Mapping;
  readonly #wiring: Wiring;
  readonly #stopListening: () => void;
  /** Received, and waiting for their batch to be full or its window to end. */
  #gathered: Received[] = [];
  #cancelWindow: (() => void) | undefined;
  #working = 0;
  #stopped = false;

  constructor(mapping: Mapping, wiring: Wiring) {
    this.#mapping = mapping;
    this.#wiring = wiring;
    this.#stopListening = wiring.queue.onReceivable(() => this.#poll());
    this.#poll();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#stopListening();
    this.#cancelWindow?.();
  }

  #poll(): void {
    while (!this.#stopped && this.#working < this.#mapping.concurrency) {
      const missing = this.#mapping.batchSize - this.#gathered.length;
      // One request to SQS receives at most ten.
      const received = missing > 0 ? this.#wiring.queue.receive(Math.min(missing, 10)) : [];
      this.#gathered.push(...received);
      if (this.#isFull()) this.#invoke();
      else if (received.length === 0) break;
    }
    if (this.#gathered.length > 0 && this.#working < this.#mapping.concurrency) this.#openWindow();
  }

  #isFull(): boolean {
    return this.#gathered.length >= this.#mapping.batchSize || sizeOf(this.#gathered) > payloadLimit;
  }

  #openWindow(): void {
    const { window } = this.#mapping;
    if (window === 0) this.#invoke();
    else this.#cancelWindow ??= this.#wiring.clock.after(window * 1000, () => this.#invoke());
  }

  #invoke(): void {
    this.#cancelWindow?.();
    this.#cancelWindow = undefined;
    const batch = takeBatch(this.#gathered);
    this.#gathered = this.#gathered.slice(batch.length);
    this.#working += 1;
    void this.#work(batch).finally(() => {
      this.#working -= 1;
      this.#poll();
    });
  }

  /** What the function has not done stays hidden until its visibility timeout ends, and is then received again. */
  async #work(batch: readonly Received[]): Promise<void> {
    const { invoke, queue, report } = this.#wiring;
    const { id, function: target, partial } = this.#mapping;
    const event = batchEvent(batch, this.#mapping.queue);
    const invocation = await invoke(target.arn, event).catch(
      (error: unknown): Invocation => ({ error: 'unhandled', message: String(error) }),
    );
    if (this.#stopped) return;
    if ('error' in invocation) {
      report(`${id}: a batch of ${batch.length} of ${queue.config.name} failed in ${target.id}: ${invocation.message}`);
      return;
    }
    const ids = batch.map((message) => message.id);
    const failed = partial ? failedOf(invocation.payload, ids) : new Set<string>();
    if (failed.size > 0) {
      report(
        `${id}: ${target.id} reported ${failed.size} of ${batch.length} messages of ${queue.config.name} as failed`,
      );
    }
    for (const message of batch) if (!failed.has(message.id)) queue.delete(message.receiptHandle);
  }
}

const sizeOf = (messages: readonly Received[]): number =>
  messages.reduce((size, { body }) => size + Buffer.byteLength(body), 0);

/** As many of the messages, at least one, as an invocation can carry. */
const takeBatch = (messages: readonly Received[]): Received[] => {
  let size = 0;
  const end = messages.findIndex(({ body }, index) => {
    size += Buffer.byteLength(body);
    return index > 0 && size > payloadLimit;
  });
  return messages.slice(0, end === -1 ? undefined : end);
};
