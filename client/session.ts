import {
  type AccountId,
  addressOf,
  type DeviceAddress,
  type DeviceList,
  type DeviceNumber,
  fromBase64Url,
  parseAddress,
} from '#protocol';
import { type Account, forgetAccount } from './account.ts';
import { Connection, type End } from './connection/connection.ts';
import type { ServerClock } from './connection/server-clock.ts';
import { changeList } from './devices/change-list.ts';
import { DeviceLists } from './devices/device-lists.ts';
import { listWithout } from './devices/make-list.ts';
import { Emitter } from './emitter.ts';
import { ClientError } from './errors.ts';
import type { Offer } from './pairing/offer.ts';
import { type Primary, scan } from './pairing/scan.ts';
import type { Platform } from './platform.ts';
import type { MessageHandler } from './relay/inbox.ts';
import { Mail } from './relay/mail.ts';
import type { Accepted } from './relay/outbox.ts';
import type { Outgoing } from './relay/outgoing.ts';
import type { OutgoingSignal } from './relay/signals.ts';
import type { SessionEvents } from './session-events.ts';
import type { Store } from './store.ts';

export type SessionOptions = { account: Account; store: Store; platform: Platform; serverClock: ServerClock };

const expectedCodes: ReadonlySet<string> = new Set(['closed', 'replaced', 'unlinked', 'list_conflict']);

/** What an application does as one linked device. It stays connected until it is closed, replaced or unlinked. */
export class Session {
  readonly account: AccountId;
  readonly device: DeviceNumber;
  readonly address: DeviceAddress;
  readonly isPrimary: boolean;
  readonly #options: SessionOptions;
  readonly #events = new Emitter<SessionEvents>();
  readonly #connection: Connection;
  readonly #lists: DeviceLists;
  readonly #mail: Mail;

  private constructor(options: SessionOptions) {
    const { account: self, store, platform, serverClock } = options;
    const { account, device, endpoint, deviceKey } = self;
    this.account = account;
    this.device = device;
    this.address = addressOf(account, device);
    this.isPrimary = self.identityKey !== undefined;
    this.#options = options;
    const credentials = { address: this.address, key: deviceKey };
    const connection = new Connection({ endpoint, platform, serverClock, credentials });
    this.#connection = connection;
    const lists = new DeviceLists({
      store,
      fetch: async (of) => (await connection.call('devices.list', { account: of })).deviceList,
      onNewer: (of, list) => of === account && this.#events.emit('devices', list),
      onConflict: (of) => this.#events.emit('list_conflict', of),
    });
    this.#lists = lists;
    const onError = (error: unknown) => this.#events.emit('error', error);
    this.#mail = new Mail({ connection, lists, store, self, platform, now: () => serverClock.now(), onError });
    this.#listen();
  }

  /** The session of a linked device, connecting. */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    await session.#mail.load();
    session.#connection.open();
    return session;
  }

  /** Returns what takes the listener off again. */
  on<E extends keyof SessionEvents>(event: E, listener: (detail: SessionEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  get online(): boolean {
    return this.#connection.online;
  }

  /**
   * Sends to all devices of the accounts and to the other devices of this one. It is kept in the store until it is
   * accepted, through crashes and outages, for six days. @throws ClientError
   */
  send(message: Outgoing): Promise<Accepted> {
    return this.#mail.send(message);
  }

  /** Says who takes the messages over; call it at once, for until then none are fetched. */
  receive(handler: MessageHandler): void {
    this.#mail.receive(handler);
  }

  /** Tells the devices that are connected now, and no other. @throws ClientError */
  signal(signal: OutgoingSignal): Promise<void> {
    return this.#mail.signal(signal);
  }

  /** The account's devices as the server has them now, checked. @throws ClientError */
  devices(): Promise<DeviceList> {
    return this.#lists.refresh(this.account);
  }

  /** Reads the code of a computer that wants to be linked. On the primary only. @throws ClientError */
  async scan(code: string): Promise<Offer> {
    return scan(code, this.#primary());
  }

  /** Takes a device off the account: it is told, and cannot connect again. On the primary only. @throws ClientError */
  async unlink(device: DeviceNumber): Promise<void> {
    const { identityKey, connection, lists, now } = this.#primary();
    await changeList({
      lists,
      account: this.account,
      make: (current) => listWithout(current, device, { identityKey, now: now() }),
      submit: (deviceList) => connection.call('devices.update', { deviceList }),
    });
  }

  /** A companion unlinks itself and forgets everything in its store. @throws ClientError: `primary_stays`, … */
  async leave(): Promise<void> {
    if (this.isPrimary) throw new ClientError('primary_stays');
    try {
      await this.#connection.call('devices.leave', {});
    } catch (error) {
      // A repeat, after an answer that was lost, comes from a device that has left already.
      if (!(error instanceof ClientError) || error.code !== 'unlinked') throw error;
    }
    await this.close();
    await forgetAccount(this.#options.store);
  }

  /** Ends the session; what is not accepted yet goes out in the next. Waits for a message handler that is at work. */
  async close(): Promise<void> {
    await this.#mail.finish();
    this.#connection.close();
    await this.#mail.stop(new ClientError('closed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #primary(): Primary {
    const { account, serverClock } = this.#options;
    const { identityKey } = account;
    if (identityKey === undefined) throw new ClientError('companions_refused');
    return { account, identityKey, connection: this.#connection, lists: this.#lists, now: () => serverClock.now() };
  }

  #listen(): void {
    const connection = this.#connection;
    connection.on('online', (online) => {
      this.#events.emit('online', online);
      // What changed while this device was away.
      if (online) this.#follow(this.devices());
    });
    connection.on('ended', (why) => this.#onEnded(why));
    connection.onNotification('devices.changed', ({ deviceList }) =>
      this.#follow(this.#lists.accept(this.account, deviceList)),
    );
    connection.onNotification('devices.left', ({ device }) => this.#events.emit('left', device));
    connection.onNotification('relay.signal', ({ message, sender, body }) =>
      this.#events.emit('signal', { message, sender: parseAddress(sender), body: fromBase64Url(body) }),
    );
  }

  #onEnded(why: End): void {
    this.#follow(this.#mail.stop(new ClientError(why)));
    if (why !== 'closed') this.#events.emit(why, undefined);
  }

  /** An end, or what may succeed by itself later, is nobody's trouble; a conflict has an event of its own. */
  #follow(task: Promise<unknown>): void {
    task.catch((error: unknown) => {
      const expected = error instanceof ClientError && (error.retryable || expectedCodes.has(error.code));
      if (!expected) this.#events.emit('error', error);
    });
  }
}
