import {
  type EventName,
  type EventParams,
  limits,
  type MethodName,
  methods,
  type OneWay,
  type Params,
  type Result,
  type ServerFrame,
  type Traceparent,
} from '#protocol';
import { backoff } from '../backoff.ts';
import { Emitter } from '../emitter.ts';
import { ClientError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { isOlder, version } from '../version.ts';
import { Calls } from './calls.ts';
import { decodeFrame, encodeCall } from './frames.ts';
import { Heartbeat } from './heartbeat.ts';
import { LastingSocket } from './lasting-socket.ts';
import { Notifications } from './notifications.ts';
import type { ServerClock } from './server-clock.ts';
import { type Credentials, Tokens } from './tokens.ts';

/** Why a connection is over for good. */
export type End = 'closed' | 'replaced' | 'unlinked' | 'upgrade_required';

type ConnectionEvents = {
  /** Whether there is a socket now. */
  online: boolean;
  /** A new socket has taken the place of one that would have been closed soon. */
  renewed: undefined;
  ended: End;
};

type Answer = Extract<ServerFrame, { id: unknown }>;

type Options = {
  endpoint: string;
  platform: Platform;
  serverClock: ServerClock;
  credentials?: Credentials;
  /** What a device does before it believes that it is not linked any more; whether it may be linked after all. */
  appeal?: () => Promise<boolean>;
};

/** Nothing is known while the network fails, nor while a cloud takes back nobody whom it has forgotten. */
const isUndecided = (error: unknown): boolean =>
  error instanceof ClientError && (error.retryable || error.code === 'registration_closed');

/**
 * One lasting connection to the cloud: a device's with credentials, a guest's without. It reconnects by itself until
 * it is closed, replaced by the same device elsewhere, unlinked, or too old for the cloud; what is outstanding is then
 * called again.
 */
export class Connection {
  readonly #platform: Platform;
  readonly #serverClock: ServerClock;
  readonly #tokens: Tokens | undefined;
  readonly #appeal: Options['appeal'];
  readonly #events = new Emitter<ConnectionEvents>();
  readonly #notifications = new Notifications();
  readonly #over = new AbortController();
  readonly #calls: Calls;
  readonly #heartbeat: Heartbeat;
  readonly #socket: LastingSocket;
  #ended: ClientError | undefined;
  #heardAt = 0;
  #gatewayFailures = 0;
  #appeals: 'none' | 'pending' | 'made' = 'none';
  #cancelRepeat: (() => void) | undefined;

  constructor({ endpoint, platform, serverClock, credentials, appeal }: Options) {
    this.#platform = platform;
    this.#serverClock = serverClock;
    this.#appeal = appeal;
    this.#tokens = credentials && new Tokens(credentials, { host: new URL(endpoint).host, clock: serverClock });
    this.#heartbeat = new Heartbeat(platform, () => void this.time().catch(() => undefined));
    this.#calls = new Calls({
      platform,
      transmit: (frame) => this.#transmit(frame),
      onTimeout: () => this.#renewWhenSilent(),
    });
    this.#socket = new LastingSocket({
      endpoint,
      platform,
      tokens: this.#tokens,
      signal: this.#over.signal,
      onFrame: (text) => this.#onFrame(text),
      onTime: (time, asked) => this.#learn(time, asked),
      onOnline: (online) => this.#onOnline(online),
      onRenewed: () => this.#onRenewed(),
      onRefused: () => void this.#onUnlinked(),
    });
    this.onNotification('session.revoked', () => this.#end('unlinked'));
    this.onNotification('session.replaced', ({ by }) => {
      // A new socket of this very session also replaces its old one.
      if (this.#tokens?.isOwn(by) !== true) this.#end('replaced');
    });
  }

  /** Begins to connect. */
  open(): void {
    this.#socket.open();
  }

  get online(): boolean {
    return this.#socket.online;
  }

  on<E extends keyof ConnectionEvents>(event: E, listener: (detail: ConnectionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** What the server says unasked. Returns what takes the listener off again. */
  onNotification<E extends EventName>(event: E, listener: (params: EventParams<E>) => void): () => void {
    return this.#notifications.on(event, listener);
  }

  /**
   * The answer to a call, on this socket or a later one.
   * @throws ClientError: what the server says, `timeout` after 29 s, `frame_too_large`, or why the connection is over.
   */
  async call<M extends MethodName>(method: M, params: Params<M>, traceparent?: Traceparent): Promise<Result<M>> {
    if (this.#ended !== undefined) throw this.#ended;
    const answer = await this.#calls.make(method, params, traceparent);
    const result = methods[method].result.safeParse(answer);
    if (!result.success) throw new ClientError('answer_invalid', { details: method });
    return result.data;
  }

  /** Says what is not answered; nobody hears it while there is no socket. */
  notify<M extends OneWay>(method: M, params: Params<M>): void {
    this.#transmit(encodeCall({ method, params }));
  }

  /** Asks the server for its time and corrects the clock by it. @throws `upgrade_required`, which ends the connection */
  async time(): Promise<void> {
    const asked = this.#platform.clock.now();
    this.#learn(await this.call('session.time', {}), asked);
    if (this.#ended !== undefined) throw this.#ended;
  }

  close(): void {
    this.#end('closed');
  }

  #learn({ now, minimumClient }: Result<'session.time'>, asked: number): void {
    this.#serverClock.correct(now, asked);
    if (isOlder(version, minimumClient)) this.#end('upgrade_required', `${version}, not ${minimumClient} or later`);
  }

  #end(why: End, details?: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new ClientError(why, { details });
    this.#cancelRepeat?.();
    this.#over.abort();
    this.#calls.abandon(this.#ended);
    this.#events.emit('ended', why);
  }

  #transmit(frame: string): void {
    if (!this.online) return;
    this.#socket.send(frame);
    this.#heartbeat.touch();
  }

  #onOnline(online: boolean): void {
    if (online) {
      this.#appeals = 'none';
      this.#hear();
      this.#calls.repeat();
    } else {
      this.#heartbeat.stop();
    }
    this.#events.emit('online', online);
  }

  #onRenewed(): void {
    this.#hear();
    this.#calls.repeat();
    this.#events.emit('renewed', undefined);
  }

  #hear(): void {
    this.#heardAt = this.#platform.clock.now();
    this.#heartbeat.touch();
  }

  /** When nothing at all was heard for as long as a call may take, only half of the socket is still there. */
  #renewWhenSilent(): void {
    if (this.#platform.clock.now() - this.#heardAt >= limits.call) this.#socket.renew();
  }

  #onFrame(text: string): void {
    this.#hear();
    const frame = decodeFrame(text);
    if (frame === undefined) return;
    if ('connectionId' in frame) this.#onGatewayFailure();
    else if ('method' in frame) this.#notifications.take(frame.method, frame.params);
    else this.#onAnswer(frame);
  }

  /** The gateway names no call: all that wait are made again. */
  #onGatewayFailure(): void {
    const { clock, random } = this.#platform;
    this.#cancelRepeat?.();
    this.#cancelRepeat = clock.after(backoff(this.#gatewayFailures, random), () => this.#calls.repeat());
    this.#gatewayFailures += 1;
  }

  #onAnswer(frame: Answer): void {
    this.#gatewayFailures = 0;
    if ('result' in frame) return this.#calls.succeed(frame.id, frame.result);
    const { id, error } = frame;
    // A guest who has stayed too long comes back as a new one, and what it asked for is asked again.
    if (error.data.code === 'guest_expired') return this.#socket.renew();
    // What was called waits until it is clear whether that is so.
    if (error.data.code === 'unlinked') return void this.#onUnlinked();
    if (id !== null) this.#calls.fail(id, error);
  }

  /** The cloud may only have forgotten this device: it appeals, and where that is heard connects anew, but once. */
  async #onUnlinked(): Promise<void> {
    if (this.#appeals === 'pending') return;
    if (this.#appeal === undefined || this.#appeals === 'made') return this.#end('unlinked');
    this.#appeals = 'pending';
    try {
      if (!(await this.#appeal())) return this.#end('unlinked');
      this.#appeals = 'made';
    } catch (error) {
      if (!isUndecided(error)) return this.#end('unlinked');
      this.#appeals = 'none';
    }
    this.#socket.renew();
  }
}
