import { collectStatement, limits, type PairingCode } from '#protocol';
import { backoff } from '../backoff.ts';
import type { Connection } from '../connection/connection.ts';
import type { ServerClock } from '../connection/server-clock.ts';
import { wait } from '../connection/wait.ts';
import { ClientError, isRetryable, restAfter } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { type Prover, prove } from './prove.ts';
import type { Approval, CompanionKeys } from './verify-approval.ts';
import { withdraw } from './withdraw.ts';

/** A decision that nobody told of is asked for so long after the phone's time was up. */
const margin = 2_000;

type Options = {
  endpoint: string;
  label: string | undefined;
  keys: CompanionKeys;
  guest: Connection;
  serverClock: ServerClock;
  platform: Platform;
  /** Cancels. */
  signal: AbortSignal;
  onCode: (code: PairingCode) => void;
  onScanned: () => void;
};

type Approved = { code: PairingCode; approval: Approval };

/** The companion's half of a pairing: shows one code after another until a phone scans one, then waits for its word. */
export class CompanionPairing {
  readonly #options: Options;
  readonly #decision = Promise.withResolvers<Approved>();
  readonly #over = new AbortController();
  #code: PairingCode | undefined;
  #scanned = false;
  #cancelTimer = () => {};

  constructor(options: Options) {
    this.#options = options;
    // Whoever asks for the approval hears of a failure, also of one that comes before.
    this.#decision.promise.catch(() => undefined);
  }

  /** What the phone has approved. @throws `pairing_denied`, `pairing_expired`, `linking_cancelled`, … */
  async approval(): Promise<Approved> {
    const { guest, signal } = this.#options;
    const cancel = () => this.#attempt(() => this.#cancel());
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    guest.onNotification('pairing.scanned', ({ pairing, decideBy }) => {
      if (this.#isShown(pairing)) this.#onScanned(decideBy);
    });
    guest.onNotification('pairing.approved', ({ pairing, sealed, deviceList }) => {
      if (this.#isShown(pairing)) this.#onApproved({ sealed, deviceList });
    });
    guest.onNotification('pairing.denied', ({ pairing }) => {
      if (this.#isShown(pairing)) this.#fail(new ClientError('pairing_denied'));
    });
    // What was said while there was no connection is asked for on the next.
    guest.on('online', (online) => online && this.#attempt(() => this.#collect()));
    this.#attempt(() => this.#begin());
    try {
      return await this.#decision.promise;
    } finally {
      this.#cancelTimer();
      this.#over.abort();
    }
  }

  /** An approval that came first is collected: it was the phone's to give. */
  async #cancel(): Promise<void> {
    const { guest, platform } = this.#options;
    const { clock } = platform;
    const isOver = this.#code === undefined || (await withdraw(this.#code.pairing, { guest, clock, ...this.#prover }));
    if (isOver) this.#fail(new ClientError('linking_cancelled'));
    else await this.#collect();
  }

  get #prover(): Prover {
    const { endpoint, keys, serverClock } = this.#options;
    return { endpoint, deviceKey: keys.deviceKey, serverClock };
  }

  #fail(error: unknown): void {
    this.#decision.reject(error);
  }

  async #begin(): Promise<void> {
    await this.#insist(() => this.#options.guest.time());
    await this.#open();
  }

  async #open(replaces?: string): Promise<void> {
    const { endpoint, label, keys, guest, onCode } = this.#options;
    const deviceKey = keys.deviceKey.x;
    const wanted = { deviceKey, ...(replaces !== undefined && { replaces }), ...(label !== undefined && { label }) };
    try {
      const { pairing, expiresAt } = await this.#insist(() => guest.call('pairing.open', wanted));
      this.#code = { endpoint, pairing, sealingKey: keys.sealing.publicKey, deviceKey, secret: keys.secret };
      onCode(this.#code);
      this.#at(expiresAt, () => this.#open(pairing));
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'pairing_pending') throw error;
      await this.#collect();
    }
  }

  /** Asks what became of the code that is shown, and to be told here from now on. */
  async #collect(): Promise<void> {
    const { guest, serverClock } = this.#options;
    const code = this.#code;
    if (code === undefined) return;
    const { pairing } = code;
    const found = await this.#insist(async () =>
      guest.call('pairing.collect', await prove(pairing, collectStatement, this.#prover)),
    );
    if (!this.#isShown(pairing)) return;

    const { state, sealed, deviceList } = found;
    if (state === 'approved' && sealed !== undefined && deviceList !== undefined) {
      this.#onApproved({ sealed, deviceList });
    } else if (state === 'denied') {
      this.#fail(new ClientError('pairing_denied'));
    } else if (state === 'scanned') {
      this.#onScanned(serverClock.now() + limits.pairingDecision);
    } else if (state === 'expired' || state === 'cancelled') {
      if (this.#scanned) this.#fail(new ClientError(`pairing_${state}`));
      else await this.#open();
    }
  }

  #isShown(pairing: string): boolean {
    return this.#code?.pairing === pairing;
  }

  #onScanned(decideBy: number): void {
    this.#at(decideBy + margin, () => this.#collect());
    if (this.#scanned) return;
    this.#scanned = true;
    this.#options.onScanned();
  }

  #onApproved(approval: Approval): void {
    if (this.#code !== undefined) this.#decision.resolve({ code: this.#code, approval });
  }

  /** One thing waits at a time: the next code, or the end of the phone's time. `time` is the server's. */
  #at(time: number, task: () => Promise<void>): void {
    const { platform, serverClock } = this.#options;
    this.#cancelTimer();
    this.#cancelTimer = platform.clock.after(Math.max(0, time - serverClock.now()), () => this.#attempt(task));
  }

  #attempt(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.#fail(error));
  }

  /** Asks until there is an answer: a code may stay on a screen through a long time without a network. */
  async #insist<T>(ask: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#options.platform;
    for (let failures = 0; ; failures += 1) {
      let rest: number;
      try {
        return await ask();
      } catch (error) {
        if (!isRetryable(error)) throw error;
        rest = restAfter(error);
      }
      await wait(Math.max(rest, backoff(failures, random)), { clock, signal: this.#over.signal });
    }
  }
}
