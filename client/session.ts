import {
  type AccountId,
  addressOf,
  type DeviceAddress,
  type DeviceList,
  type DeviceNumber,
  type EnvelopeId,
  type MessageId,
  type PushRegistration,
} from '#protocol';
import { forgetAccount } from './account.ts';
import type { Connection, End } from './connection/connection.ts';
import { contactLinkOf, readContact } from './contact-link.ts';
import { Daily } from './daily.ts';
import { type Deletion, deleteAccount } from './delete-account.ts';
import type { DeviceLists } from './devices/device-lists.ts';
import { isStale } from './devices/list-age.ts';
import type { Primary } from './devices/primary.ts';
import { renewList } from './devices/renew-list.ts';
import { unlink } from './devices/unlink.ts';
import { Emitter } from './emitter.ts';
import { ClientError } from './errors.ts';
import type { Offer } from './pairing/offer.ts';
import { scan } from './pairing/scan.ts';
import type { PushConfig } from './push-config.ts';
import { exportRecovery, type RecoveryExport } from './recovery/export-recovery.ts';
import type { MessageHandler } from './relay/inbox.ts';
import type { Mail } from './relay/mail.ts';
import type { Outgoing } from './relay/outgoing.ts';
import type { Drafted } from './relay/outgoing-records.ts';
import type { MessageState } from './relay/receipts/delivery-state.ts';
import type { Accepted, Sending } from './relay/sending.ts';
import type { OutgoingSignal } from './relay/signals.ts';
import { serial } from './serial.ts';
import type { SessionEvents } from './session-events.ts';
import { assemble, type SessionOptions, type SessionParts } from './session-parts.ts';

/** A session that has the device to itself: its socket, its outbox, its inbox. */
export class LocalSession {
  readonly account: AccountId;
  readonly device: DeviceNumber;
  readonly address: DeviceAddress;
  readonly isPrimary: boolean;
  readonly #options: SessionOptions;
  readonly #events: Emitter<SessionEvents>;
  readonly #connection: Connection;
  readonly #lists: DeviceLists;
  readonly #mail: Mail;
  readonly #follow: SessionParts['follow'];
  readonly #inTurn = serial();
  readonly #daily: Daily;
  #hasTime = false;

  private constructor(options: SessionOptions, { events, connection, lists, mail, follow }: SessionParts) {
    const { account, device, identityKey } = options.account;
    this.account = account;
    this.device = device;
    this.address = addressOf(account, device);
    this.isPrimary = identityKey !== undefined;
    this.#options = options;
    this.#events = events;
    this.#connection = connection;
    this.#lists = lists;
    this.#mail = mail;
    this.#follow = follow;
    this.#daily = new Daily(options.platform.clock, () => follow(this.#keepCurrent()));
    connection.on('online', (online) => this.#onOnline(online));
    connection.on('ended', (why) => this.#onEnded(why));
  }

  /** The session of a linked device, connecting. @throws `store_damaged` */
  static async open(options: SessionOptions): Promise<LocalSession> {
    const session = new LocalSession(options, await assemble(options, new Emitter()));
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
   * accepted, through crashes and outages, for six days. Event `state` tells how far it comes. @throws ClientError
   */
  send(message: Outgoing): Sending {
    return this.#mail.send(message);
  }

  /** Sends what another tab has made; given again, it is the same message. @throws ClientError */
  sendDraft(drafted: Drafted): Promise<Accepted> {
    return this.#mail.sendDraft(drafted);
  }

  /**
   * Says who takes the messages over; call it at once, for until then none are fetched. Where several tabs have the
   * device open, each calls it, and the handler of one of them gets the message; event `message` tells all.
   */
  receive(handler: MessageHandler): void {
    this.#mail.receive(async (message) => {
      await handler(message);
      this.#events.emit('message', message);
    });
  }

  /**
   * How far a message of this account has come, from whichever of its devices it was sent. Undefined for what was refused
   * for good, or is older than eight days.
   */
  stateOf(message: MessageId): Promise<MessageState | undefined> {
    return this.#mail.stateOf(message);
  }

  /**
   * The person has read messages of others, by the ids that the handler got: the other devices of this account are told,
   * and with option `receipts` the senders that are no strangers. Resolves when it is kept. @throws `ids_invalid`
   */
  markRead(ids: readonly EnvelopeId[]): Promise<void> {
    return this.#mail.markRead(ids);
  }

  /** Tells the devices that are connected now, and no other. @throws ClientError */
  signal(signal: OutgoingSignal): Promise<void> {
    return this.#mail.signal(signal);
  }

  /** Messages of that account are no requests any more; nor are those of whom this one writes to. */
  accept(account: AccountId): Promise<void> {
    return this.#mail.accept(account);
  }

  /** Nothing of that account comes through any more, on no device of this one; its people are not told. @throws ClientError */
  block(account: AccountId): Promise<void> {
    return this.#mail.setBlocked(account, true);
  }

  /** What that account sends from now on comes through again; what it has sent meanwhile does not. @throws ClientError */
  unblock(account: AccountId): Promise<void> {
    return this.#mail.setBlocked(account, false);
  }

  /** In which ways the cloud can wake devices, and the key that browsers subscribe with. @throws ClientError */
  pushConfig(): Promise<PushConfig> {
    return this.#connection.call('push.config', {});
  }

  /**
   * Says how this device is woken while it is not connected, in place of what it said before. Call it at every start:
   * providers change tokens. @throws ClientError: `push_unavailable`, `push_taken`, …
   */
  async registerPush(registration: PushRegistration): Promise<void> {
    await this.#connection.call('push.register', registration);
  }

  /** This device is not woken any more. @throws ClientError */
  async unregisterPush(): Promise<void> {
    await this.#connection.call('push.unregister', {});
  }

  /** What somebody reads to write to this account: a link to share, or to show as a QR code. */
  get contactLink(): string {
    return contactLinkOf(this.#options.account);
  }

  /** The account of a contact link. @throws `code_unreadable`, `code_elsewhere` */
  readContact(text: string): AccountId {
    return readContact(text, this.#options.account.endpoint);
  }

  /** An account's devices (this one's, if none is named) as the server has them now, checked. @throws ClientError */
  devices(account = this.account): Promise<DeviceList> {
    return this.#lists.refresh(account);
  }

  /** Whether a list is older than 60 days: its primary, which renews it monthly, was away, or a newer one is kept back. */
  isStale(list: DeviceList): boolean {
    return isStale(list, this.#options.serverClock.latest());
  }

  /** Reads the code of a computer that wants to be linked. On the primary only. @throws ClientError */
  async scan(code: string): Promise<Offer> {
    return scan(code, this.#primary());
  }

  /** Takes a device off the account: it is told, and cannot connect again. On the primary only. @throws ClientError */
  async unlink(device: DeviceNumber): Promise<void> {
    await unlink(this.#primary(), device);
  }

  /**
   * A new recovery code, for the person to write down, and the backup that it opens: with both, `recover` makes another
   * phone the primary. On the primary only. @throws ClientError
   */
  async exportRecovery(): Promise<RecoveryExport> {
    return exportRecovery(this.#primary());
  }

  /**
   * Deletes the account for good: all its devices are unlinked, nobody can register it again, and everything in this
   * store is forgotten. May be repeated. On the primary only. @throws ClientError: `deletion_unconfirmed`, …
   */
  async deleteAccount(deletion: Deletion): Promise<void> {
    await deleteAccount(this.#primary(), this.#options.store, deletion);
    await this.#forget();
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
    await this.#forget();
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

  async #forget(): Promise<void> {
    await this.close();
    await forgetAccount(this.#options.store);
  }

  #primary(): Primary {
    const { account, serverClock } = this.#options;
    const { identityKey } = account;
    if (identityKey === undefined) throw new ClientError('companions_refused');
    const [connection, lists, inTurn] = [this.#connection, this.#lists, this.#inTurn];
    return { account, identityKey, connection, lists, inTurn, now: () => serverClock.now() };
  }

  #onOnline(online: boolean): void {
    this.#events.emit('online', online);
    if (online) this.#daily.start();
    else this.#daily.stop();
  }

  /** Learns what changed while this device was away; the primary renews its list. */
  async #keepCurrent(): Promise<void> {
    await Promise.all([this.#hasTime || this.#connection.time(), this.devices()]);
    this.#hasTime = true;
    if (this.isPrimary) await renewList(this.#primary());
  }

  #onEnded(why: End): void {
    this.#daily.stop();
    this.#follow(this.#mail.stop(new ClientError(why)));
    if (why !== 'closed') this.#events.emit(why, undefined);
  }
}

/**
 * What an application does as one linked device. It stays connected until it is closed, or an event says why not. Where
 * several tabs of a browser have the device open, each has a session; when one is closed, the others stay.
 */
export type Session = Omit<LocalSession, 'sendDraft'>;
