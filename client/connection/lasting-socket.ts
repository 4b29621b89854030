import { subprotocol } from '#protocol';
import { backoff } from '../backoff.ts';
import type { Platform } from '../platform.ts';
import { askTime } from './ask-time.ts';
import { dial, type Wire } from './dial.ts';
import type { ServerClock } from './server-clock.ts';
import type { Tokens } from './tokens.ts';
import { wait } from './wait.ts';

type Options = {
  endpoint: string;
  platform: Platform;
  serverClock: ServerClock;
  /** A guest has none. */
  tokens: Tokens | undefined;
  /** Ends it for good. */
  signal: AbortSignal;
  onFrame: (text: string) => void;
  onOnline: (online: boolean) => void;
  /** A device was refused although its clock is right. */
  onRefused: () => void;
};

/** One socket after another, each dialled when the one before is gone, with growing patience while nobody answers. */
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
    const { platform, signal } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      failures = (await this.#connect()) === 'served' ? 0 : failures + 1;
      await wait(backoff(failures, platform.random), { clock: platform.clock, signal });
    }
  }

  /**
   * A WebSocket does not tell why it was refused: a device learns the time as a guest, and tries once more. Only when a
   * guest gets through before and after is it the device that is refused, and not the network that fails.
   */
  async #connect(): Promise<'served' | 'mute' | 'refused'> {
    const { tokens, signal, onRefused } = this.#options;
    const first = await this.#attempt();
    if (first !== 'refused' || tokens === undefined || !(await this.#askTime())) return first;
    const second = await this.#attempt();
    if (second === 'refused' && (await this.#askTime()) && !signal.aborted) onRefused();
    return second;
  }

  #askTime(): Promise<boolean> {
    const { endpoint, platform, serverClock, signal } = this.#options;
    return askTime({ endpoint, clock: platform.clock, serverClock, signal });
  }

  /** One socket, from dialling to its end: `mute` when nothing was ever heard on it. */
  async #attempt(): Promise<'served' | 'mute' | 'refused'> {
    const { endpoint, platform, tokens, signal, onFrame, onOnline } = this.#options;
    const token = await tokens?.mint();
    const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
    let heard = false;
    const wire = await dial({
      endpoint,
      protocols: token === undefined ? [subprotocol] : [subprotocol, token],
      clock: platform.clock,
      signal,
      onFrame: (text) => {
        heard = true;
        onFrame(text);
      },
      onClose,
    });
    if (wire === undefined) return 'refused';

    this.#wire = wire;
    onOnline(true);
    await closed;
    this.#wire = undefined;
    onOnline(false);
    return heard ? 'served' : 'mute';
  }
}
