import type { AccountId, DeviceNumber, EnvelopeId } from '#protocol';
import type { DevicesChange } from './devices/devices-change.ts';
import type { IncomingMessage } from './relay/arrival.ts';
import type { Gap } from './relay/incoming-stream.ts';
import type { StateChange } from './relay/receipts/delivery-state.ts';
import type { IncomingSignal } from './relay/signals.ts';

/** What a session tells its application, with what detail. */
export type SessionEvents = {
  /** Whether there is a connection now. */
  online: boolean;
  /** The own account has other devices than before: tell its person. */
  devices: DevicesChange;
  /** A companion has left the account; the primary should unlink it. */
  left: DeviceNumber;
  /** Another device of the account cannot be woken any more: its person should open the application there. */
  push_broken: DeviceNumber;
  /** Somebody shows two truths about the devices of an account: nothing is sent to it any more. */
  list_conflict: AccountId;
  /**
   * The newest list that the cloud shows of an account is older than 60 days: its primary was away for long, or the
   * cloud keeps back what it has signed since, which may be that a device was unlinked. Told once.
   */
  stale: AccountId;
  signal: IncomingSignal;
  /** A handler has taken a message over, in this tab or in another that shares the store: show it. */
  message: IncomingMessage;
  /** A message of this account has come further on its way to an account; it is told once, and never taken back. */
  state: StateChange;
  /** The person has read these messages on another device of this account. Listen before you call `receive`. */
  read: EnvelopeId[];
  /**
   * Messages of a device are lost for good: it was asked for them and has not sent them again in time; or one is not
   * what the device has sent. What was sent after them follows.
   */
  gap: Gap;
  /** The same device has connected elsewhere, and this session is over. */
  replaced: undefined;
  /** This device is no longer linked, and this session is over. */
  unlinked: undefined;
  /** The cloud wants a newer version of the SDK, and this session is over. */
  upgrade_required: undefined;
  /** What nobody waits for has failed: a message handler, the store, a message of an earlier run. */
  error: unknown;
};
