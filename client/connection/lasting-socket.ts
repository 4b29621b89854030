import { limits, subprotocol } from '#protocol';
import { backoff } from '../backoff.ts';
import type { Platform } from '../platform.ts';
import { askTime, type OnTime } from './ask-time.ts';
import { dial, type Wire } from './dial.ts';
import type { Tokens } from './tokens.ts';
import { wait } from './wait.ts';

type Options = {
  endpoint: string;
  platform: Platform;
  /** A guest has none. */
  tokens: Tokens | undefined;
  /** Ends it for good. */
  signal: AbortSignal;
  onFrame: (text: string) => void;
  /** What a guest was told who asked for the time; it may end everything. */
  onTime: OnTime;
  onOnline: (online: boolean) => void;
  /** A device's socket has been replaced by a new one: what the old one had outstanding is lost. */
  onRenewed: () => void;
  /** A device was refused although its clock is right. */
  onRefused: () => void;
};

const minute = 60_000;

/** So often in a row a device is refused, and a guest is not, before it is the device that nobody wants, and again. */
const refusals = 3;

/** An open socket; `closed` resolves when it is gone. */
type Open = { wire: Wire; closed: Promise<void> };

/**
 * One socket after another, each dialled when the one before is gone, with growing patience while nobody answers; but
 * a device's some minutes before the gateway would hang up, so that there is always one.
 */
export class LastingSocket {
  readonly #options: Options;
  #wire: Wire | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  open(): void {
    void this.#run();
  }

  get online(): boolean {
    return this.#wire !== undefined;
  }

  /** Does nothing while there is no socket. */
  send(frame: string): void {
    this.#wire?.send(frame);
  }

  /** Gives up the present socket for a new one. */
  renew(): void {
    this.#wire?.close();
  }

  async #run(): Promise<void> {
    const { platform, signal, onRefused } = this.#options;
    let failures = 0;
    let refused = 0;
    while (!signal.aborted) {
      const outcome = await this.#connect();
      failures = outcome === 'served' ? 0 : failures + 1;
      refused = outcome === 'refused' ? refused + 1 : 0;
      if (refused > 0 && refused % refusals === 0) onRefused();
      await wait(backoff(failures, platform.random), { clock: platform.clock, signal });
    }
  }

  /**
   * A WebSocket does not tell why it was refused: a device learns the time as a guest, and tries once more. Only when a
   * guest gets through before and after is it the device that is `refused`, and not the network that fails; and the
   * cloud may have failed at it for a moment, so that this counts only a few times in a row. A guest that is refused may
   * be one too many of its network: it comes back with growing patience.
   */
  async #connect(): Promise<'served' | 'mute' | 'refused'> {
    const { tokens } = this.#options;
    const first = await this.#attempt();
    if (first !== 'refused') return first;
    if (tokens === undefined || !(await this.#askTime())) return 'mute';
    tokens.overtake();
    const second = await this.#attempt();
    return second === 'refused' && !(await this.#askTime()) ? 'mute' : second;
  }

  #askTime(): Promise<boolean> {
    const { endpoint, platform, signal, onTime } = this.#options;
    return askTime({ endpoint, clock: platform.clock, signal, onTime });
  }

  /** A socket and those that replace it in time, from dialling to the end: `mute` when nothing was ever heard. */
  async #attempt(): Promise<'served' | 'mute' | 'refused'> {
    const { onFrame, onOnline, onRenewed } = this.#options;
    let heard = false;
    const hear = (text: string) => {
      heard = true;
      onFrame(text);
    };
    const first = await this.#dial(hear);
    if (typeof first === 'string') return first;

    this.#wire = first.wire;
    onOnline(true);
    for (let open = first, next = await this.#replacement(open, hear); next !== undefined; ) {
      this.#wire = next.wire;
      open.wire.close();
      if (!this.#options.signal.aborted) onRenewed();
      open = next;
      next = await this.#replacement(open, hear);
    }
    this.#wire = undefined;
    onOnline(false);
    return heard ? 'served' : 'mute';
  }

  /** A new socket when the time of the open one is nearly over; undefined when that one is gone before. */
  async #replacement({ closed }: Open, hear: (text: string) => void): Promise<Open | undefined> {
    const { platform, tokens, signal } = this.#options;
    const over = new AbortController();
    void closed.then(() => over.abort());
    if (tokens === undefined) await closed;
    const patience = limits.connectionLife - (3 + 4 * platform.random()) * minute;
    await wait(patience, { clock: platform.clock, signal: over.signal });
    for (let failures = 0; !over.signal.aborted && !signal.aborted; failures += 1) {
      const open = await this.#dial(hear);
      if (typeof open !== 'string') return open;
      await wait(backoff(failures + 1, platform.random), { clock: platform.clock, signal: over.signal });
    }
    return undefined;
  }

  async #dial(onFrame: (text: string) => void): Promise<Open | 'refused' | 'mute'> {
    const { endpoint, platform, tokens, signal } = this.#options;
    const token = await tokens?.mint();
    const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
    const wire = await dial({
      endpoint,
      protocols: token === undefined ? [subprotocol] : [subprotocol, token],
      clock: platform.clock,
      signal,
      onFrame,
      onClose,
    });
    return typeof wire === 'string' ? wire : { wire, closed };
  }
}
