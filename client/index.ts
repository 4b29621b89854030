export type {
  AccountId,
  Device,
  DeviceAddress,
  DeviceList,
  DeviceNumber,
  EnvelopeId,
  MessageId,
  PushRegistration,
} from '#protocol';
export type { Deletion } from './delete-account.ts';
export type { DevicesChange } from './devices/devices-change.ts';
export { ClientError, type ClientErrorCode } from './errors.ts';
export { type Linking, type LinkingEvents, type LinkOptions, link } from './link.ts';
export { memoryStore } from './memory-store.ts';
export type { Confirmation, Offer } from './pairing/offer.ts';
export type { Clock, Platform } from './platform.ts';
export type { PushConfig } from './push-config.ts';
export { type RecoverOptions, recover } from './recover.ts';
export type { RecoveryExport } from './recovery/export-recovery.ts';
export { type RegisterOptions, register } from './register.ts';
export type { IncomingMessage } from './relay/arrival.ts';
export type { MessageHandler } from './relay/inbox.ts';
export type { Gap } from './relay/incoming-stream.ts';
export type { Outgoing } from './relay/outgoing.ts';
export type { AccountStates, DeliveryState, MessageState, StateChange } from './relay/receipts/delivery-state.ts';
export type { Accepted, Sending } from './relay/sending.ts';
export type { IncomingSignal, OutgoingSignal } from './relay/signals.ts';
export { type ResumeOptions, resume } from './resume.ts';
export type { Session } from './session.ts';
export type { SessionEvents } from './session-events.ts';
export type { Store } from './store.ts';
export type { Channel, Locks, Tabs } from './tabs/tabs.ts';
export { version } from './version.ts';
