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
import { readOwnList } from '../account.ts';
import { contactLinkOf, readContact } from '../contact-link.ts';
import type { Deletion } from '../delete-account.ts';
import { isStale } from '../devices/list-age.ts';
import { ClientError } from '../errors.ts';
import { messageIds } from '../message-ids.ts';
import { type Confirmation, checkConfirmation, type Offer } from '../pairing/offer.ts';
import type { PushConfig } from '../push-config.ts';
import { exportRecovery, type RecoveryExport } from '../recovery/export-recovery.ts';
import type { MessageHandler } from '../relay/inbox.ts';
import { draftOf, type Outgoing } from '../relay/outgoing.ts';
import { keepDraft } from '../relay/outgoing-records.ts';
import type { MessageState } from '../relay/receipts/delivery-state.ts';
import { type Sending, startSending } from '../relay/sending.ts';
import type { OutgoingSignal } from '../relay/signals.ts';
import type { Session } from '../session.ts';
import type { SessionEvents } from '../session-events.ts';
import type { SessionOptions } from '../session-parts.ts';
import { Member } from './member.ts';
import type { Tabs } from './tabs.ts';

/** A session in one of several tabs, which has done by the leading one what only one may do. */
export class TabSession implements Session {
  readonly account: AccountId;
  readonly device: DeviceNumber;
  readonly address: DeviceAddress;
  readonly isPrimary: boolean;
  readonly #options: SessionOptions;
  readonly #member: Member;
  readonly #newId: () => MessageId;

  private constructor(options: SessionOptions, member: Member) {
    const { account, device, identityKey } = options.account;
    this.account = account;
    this.device = device;
    this.address = addressOf(account, device);
    this.isPrimary = identityKey !== undefined;
    this.#options = options;
    this.#member = member;
    this.#newId = messageIds(() => options.serverClock.now());
  }

  static async open(options: SessionOptions, tabs: Tabs): Promise<Session> {
    return new TabSession(options, await Member.join(options, tabs));
  }

  on<E extends keyof SessionEvents>(event: E, listener: (detail: SessionEvents[E]) => void): () => void {
    return this.#member.on(event, listener);
  }

  get online(): boolean {
    return this.#member.online;
  }

  /** What another tab is to send is in the store before it is asked: the id stays, whoever sends it in the end. */
  send(outgoing: Outgoing): Sending {
    return startSending(this.#newId(), async (message) => {
      const drafted = { message, draft: draftOf(outgoing, this.account) };
      if (!this.#member.isLeading) await keepDraft(this.#options.store, drafted);
      return this.#member.ask('send', drafted);
    });
  }

  receive(handler: MessageHandler): void {
    this.#member.receive(handler);
  }

  signal({ to, body }: OutgoingSignal): Promise<void> {
    return this.#member.ask('signal', { to: [to].flat(), body });
  }

  stateOf(message: MessageId): Promise<MessageState | undefined> {
    return this.#member.ask('stateOf', message);
  }

  markRead(ids: readonly EnvelopeId[]): Promise<void> {
    return this.#member.ask('markRead', [...ids]);
  }

  accept(account: AccountId): Promise<void> {
    return this.#member.ask('accept', account);
  }

  block(account: AccountId): Promise<void> {
    return this.#member.ask('block', account);
  }

  unblock(account: AccountId): Promise<void> {
    return this.#member.ask('unblock', account);
  }

  pushConfig(): Promise<PushConfig> {
    return this.#member.ask('pushConfig', undefined);
  }

  registerPush(registration: PushRegistration): Promise<void> {
    return this.#member.ask('registerPush', registration);
  }

  unregisterPush(): Promise<void> {
    return this.#member.ask('unregisterPush', undefined);
  }

  get contactLink(): string {
    return contactLinkOf(this.#options.account);
  }

  readContact(text: string): AccountId {
    return readContact(text, this.#options.account.endpoint);
  }

  devices(account = this.account): Promise<DeviceList> {
    return this.#member.ask('devices', account);
  }

  isStale(list: DeviceList): boolean {
    return isStale(list, this.#options.serverClock.now());
  }

  async scan(code: string): Promise<Offer> {
    const { companion, decideBy } = await this.#member.ask('scan', { code });
    const { promise: withdrawn, resolve } = Promise.withResolvers<void>();
    const stop = this.#member.onWithdrawn((taken) => taken === code && resolve());
    const approve = async (confirmation: Confirmation) => {
      checkConfirmation(companion, confirmation);
      await this.#member.ask('approve', { code, confirmation });
      stop();
    };
    const deny = async () => {
      await this.#member.ask('deny', { code });
      stop();
    };
    return { companion, decideBy, withdrawn, approve, deny };
  }

  unlink(device: DeviceNumber): Promise<void> {
    return this.#member.ask('unlink', device);
  }

  /** Made here, of what the store has: no key goes from tab to tab. */
  async exportRecovery(): Promise<RecoveryExport> {
    const { account, store } = this.#options;
    const { identityKey } = account;
    if (identityKey === undefined) throw new ClientError('companions_refused');
    const of = async () => (await readOwnList(store, account)) ?? this.devices();
    return exportRecovery({ account, identityKey, lists: { of } });
  }

  deleteAccount(deletion: Deletion): Promise<void> {
    return this.#member.depart('deleteAccount', deletion);
  }

  leave(): Promise<void> {
    return this.#member.depart('leave', undefined);
  }

  close(): Promise<void> {
    return this.#member.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
