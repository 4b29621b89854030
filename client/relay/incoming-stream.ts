import { type DeviceAddress, parseAddress } from '#protocol';
import { ClientError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import type { Store } from '../store.ts';
import { type Arrival, linkOfArrival } from './arrival.ts';
import type { Blocks } from './blocks.ts';
import type { Received } from './received.ts';
import { heldKey, readHeld, receptionEntry } from './reception-records.ts';
import type { Self } from './recipients.ts';
import {
  beginAt,
  firstFor,
  type Link,
  passOver,
  type Range,
  type Reception,
  receive,
  release,
  type Turn,
} from './streams/reception.ts';
import { type Repair, stepRepair } from './streams/repair.ts';

/** Messages of a device that are lost for good, or are not what it has sent; numbers of its stream, both included. */
export type Gap = { sender: DeviceAddress; kind: 'lost' | 'altered'; from: number; to: number };

/** How long a handler that has failed is left alone. */
const rest = 30_000;

export type StreamOptions = {
  store: Store;
  self: Self;
  platform: Platform;
  received: Received;
  blocks: Blocks;
  /** Hands it to the application, when its turn has come; resolves to what is to be kept with it. */
  handOver: (arrival: Arrival) => Promise<Readonly<Record<string, unknown>>>;
  onGap: (gap: Gap) => void;
  onError: (error: unknown) => void;
  /** Whether the mailbox has been emptied, so that what is missing will not come by itself. */
  isCaughtUp: () => boolean;
  ask: (sender: DeviceAddress, ranges: readonly Range[]) => Promise<void>;
  /** Calls {@link IncomingStream.mend} in its turn, after so many milliseconds; returns what cancels it. */
  mendAfter: (sender: DeviceAddress, delay: number) => () => void;
};

/** What one device sends to this account: each message has one turn, in the order in which they were sent. */
export class IncomingStream {
  readonly #sender: DeviceAddress;
  readonly #options: StreamOptions;
  #reception: Reception | undefined;
  #repair: Repair | undefined;
  /** The message that the handler has failed on: it has come, and is not asked for. */
  #failed: Link | undefined;
  /** The number whose gaps the application knows of. */
  #told = 0;
  #cancel = () => {};

  constructor(sender: DeviceAddress, reception: Reception | undefined, options: StreamOptions) {
    this.#sender = sender;
    this.#reception = reception;
    this.#options = options;
  }

  /**
   * Whether it may be acknowledged: it has had its turn, now or before, or is kept for it.
   * @throws `payload_invalid`, and what the handler throws
   */
  async take(arrival: Arrival): Promise<boolean> {
    const { self, received, isCaughtUp } = this.#options;
    const link = linkOfArrival(arrival, self.account);
    if (link === undefined) throw new ClientError('payload_invalid', { details: arrival.envelope.id });
    // Another device of this account may not have known of the block, and have asked.
    if (link.isAgain && this.#isPastBlock()) return true;
    const reception = this.#reception ?? beginAt(firstFor(arrival.payload, self));
    const verdict = receive(reception, link);
    switch (verdict.kind) {
      case 'next':
        await this.#handOver(verdict, arrival);
        break;
      case 'early':
        await received.add(arrival.envelope.id, {
          [heldKey(this.#sender, link.number)]: arrival.envelope,
          ...receptionEntry(this.#sender, verdict.reception),
        });
        this.#reception = verdict.reception;
        break;
      case 'late':
        await received.add(arrival.envelope.id, await this.#options.handOver(arrival));
        break;
      case 'full':
        // What is missing may come yet; and what is left in the mailbox comes with the next round.
        if (!isCaughtUp()) return false;
        await this.#release((reception.held[0]?.number ?? 0) - 1);
        return this.take(arrival);
      case 'duplicate':
    }
    return true;
  }

  /** Hands over whose turn has come; then asks for what is missing, waits for it, or gives it up, as it is time to. */
  async mend(): Promise<void> {
    const { platform, isCaughtUp, ask } = this.#options;
    this.#cancel();
    const isStuck = !(await this.#tryRelease(0));
    if (this.#reception === undefined || !isCaughtUp()) return;
    if (isStuck || this.#failed?.number === this.#reception.next) return this.#wakeAfter(rest);
    const now = platform.clock.now();
    const step = stepRepair(this.#repair, this.#reception, { now, random: platform.random });
    this.#repair = 'repair' in step ? step.repair : undefined;
    if (step.kind === 'ask') await ask(this.#sender, step.ranges);
    if ('at' in step) this.#wakeAfter(step.at - now);
    if (step.kind === 'give-up') {
      if (await this.#tryRelease(step.upTo)) await this.mend();
      else this.#wakeAfter(rest);
    }
  }

  /** There is no connection any more: what is missing may be in the mailbox by the next. */
  pause(): void {
    this.#cancel();
    this.#repair = undefined;
    this.#failed = undefined;
  }

  #wakeAfter(delay: number): void {
    this.#cancel = this.#options.mendAfter(this.#sender, delay);
  }

  /** Whether nothing failed. */
  async #tryRelease(givenUpTo: number): Promise<boolean> {
    try {
      await this.#release(givenUpTo);
      return true;
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }

  async #release(givenUpTo: number): Promise<void> {
    const { store } = this.#options;
    for (;;) {
      this.#passOver();
      const turn = this.#reception && release(this.#reception, givenUpTo);
      if (turn === undefined) return;
      const { number } = turn.link;
      const arrival = await readHeld(store, this.#sender, number);
      if (arrival === undefined) {
        throw new ClientError('store_damaged', { details: heldKey(this.#sender, number) });
      }
      await this.#handOver(turn, arrival);
      await store.delete([heldKey(this.#sender, number)]);
    }
  }

  /** Whether the sender has been blocked since its last message: a block may have kept back what is missing now. */
  #isPastBlock(): boolean {
    return this.#options.blocks.isBlockedSince(parseAddress(this.#sender).account, this.#reception?.at ?? 0);
  }

  /** What a block has kept back is not asked for, nor told to be lost: its person did not want it. */
  #passOver(): void {
    if (this.#reception !== undefined && this.#options.isCaughtUp() && this.#isPastBlock()) {
      this.#reception = passOver(this.#reception);
    }
  }

  async #handOver(turn: Turn, arrival: Arrival): Promise<void> {
    const { id, at } = arrival.envelope;
    this.#tellGaps(turn);
    this.#failed = turn.link;
    const entries = await this.#options.handOver(arrival);
    const reception = turn.link.isAgain ? turn.reception : { ...turn.reception, at };
    await this.#options.received.add(id, { ...receptionEntry(this.#sender, reception), ...entries });
    this.#failed = undefined;
    this.#reception = reception;
  }

  /** Once, though the handler may fail and get the message again. */
  #tellGaps({ link: { number }, lost, altered }: Turn): void {
    const { onGap } = this.#options;
    if (this.#told === number) return;
    this.#told = number;
    if (lost !== undefined) onGap({ sender: this.#sender, kind: 'lost', ...lost });
    if (altered) onGap({ sender: this.#sender, kind: 'altered', from: number - 1, to: number - 1 });
  }
}
