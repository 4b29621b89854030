import type { AccountId, Bytes, DeviceNumber, MessageId, Params } from '#protocol';
import { acceptChanged } from '../devices/accept-changed.ts';
import type { DeviceLists } from '../devices/device-lists.ts';
import { ClientError } from '../errors.ts';
import { createBatch } from './batch.ts';
import { type Draft, signalDraftOf } from './outgoing.ts';
import { recipients, type Self } from './recipients.ts';

/** Something that matters only now: it reaches the devices that are connected, and is stored nowhere. */
export type OutgoingSignal = {
  /** One account or several; the other devices of the own account always get it too. */
  to: AccountId | readonly AccountId[];
  /** At most 22 000 bytes. */
  body: Uint8Array;
};

export type IncomingSignal = {
  message: MessageId;
  sender: { account: AccountId; device: DeviceNumber };
  body: Bytes;
};

type Options = {
  lists: DeviceLists;
  self: Self;
  newId: () => MessageId;
  post: (signals: Signal[]) => Promise<unknown>;
};

type Signal = Params<'relay.signal'>['signals'][number];
type Waiting = { message: MessageId; draft: Draft; passed: PromiseWithResolvers<void> };
type Ready = { waiting: Waiting; signal: Signal };

/** Signals on their way out: those of one tick share a call, as far as they fit. */
export class Signals {
  readonly #options: Options;
  #fresh: Waiting[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when the relay has passed it on to whoever was there. @throws ClientError */
  async send(outgoing: OutgoingSignal): Promise<void> {
    const passed = Promise.withResolvers<void>();
    this.#fresh.push({ message: this.#options.newId(), draft: signalDraftOf(outgoing), passed });
    if (this.#fresh.length === 1) queueMicrotask(() => void this.#sendFresh());
    return passed.promise;
  }

  async #sendFresh(): Promise<void> {
    await Promise.all(this.#batches(await this.#address(this.#fresh.splice(0))).map((batch) => this.#post(batch)));
  }

  async #address(all: readonly Waiting[]): Promise<Ready[]> {
    const { self } = this.#options;
    const ready = all.map(async (waiting): Promise<Ready[]> => {
      const { message, draft, passed } = waiting;
      try {
        const to = await recipients([...draft.to, self.account], this.#options);
        return [{ waiting, signal: { message, bodies: [draft.body], to } }];
      } catch (error) {
        passed.reject(error);
        return [];
      }
    });
    return (await Promise.all(ready)).flat();
  }

  #batches(all: readonly Ready[]): Ready[][] {
    const batches: Ready[][] = [];
    let fits = createBatch();
    for (const ready of all) {
      const isFirst = batches.length === 0;
      const joins = fits(ready.signal) && !isFirst;
      if (joins) {
        batches.at(-1)?.push(ready);
      } else {
        if (!isFirst) {
          fits = createBatch();
          fits(ready.signal);
        }
        batches.push([ready]);
      }
    }
    return batches;
  }

  /** A call is refused whole: for its devices once, then each signal is tried by itself. */
  async #post(batch: readonly Ready[], attempt = 1): Promise<void> {
    try {
      await this.#options.post(batch.map(({ signal }) => signal));
      for (const { waiting } of batch) waiting.passed.resolve();
    } catch (error) {
      await this.#retry(batch, { error, attempt });
    }
  }

  async #retry(batch: readonly Ready[], { error, attempt }: { error: unknown; attempt: number }): Promise<void> {
    const isChanged = error instanceof ClientError && error.code === 'devices_changed';
    const isOver = attempt > 2 || !(error instanceof ClientError) || error.retryable;
    try {
      if (isOver || (!isChanged && batch.length === 1)) throw error;
      if (isChanged) await acceptChanged(this.#options.lists, error.details);
      const again = await this.#address(batch.map(({ waiting }) => waiting));
      const batches = isChanged && attempt === 1 ? this.#batches(again) : again.map((ready) => [ready]);
      await Promise.all(batches.map((one) => this.#post(one, attempt + 1)));
    } catch (cause) {
      for (const { waiting } of batch) waiting.passed.reject(cause);
    }
  }
}
