import type { AccountId, DeviceList, DeviceNumber } from '#protocol';
import type { IncomingSignal } from './relay/signals.ts';

/** What a session tells its application, with what detail. */
export type SessionEvents = {
  /** Whether there is a connection now. */
  online: boolean;
  /** The own account has other devices than before: tell its person. */
  devices: DeviceList;
  /** A companion has left the account; the primary should unlink it. */
  left: DeviceNumber;
  /** Somebody shows two truths about the devices of an account: nothing is sent to it any more. */
  list_conflict: AccountId;
  signal: IncomingSignal;
  /** The same device has connected elsewhere, and this session is over. */
  replaced: undefined;
  /** This device is no longer linked, and this session is over. */
  unlinked: undefined;
  /** What nobody waits for has failed: a message handler, the store, a message of an earlier run. */
  error: unknown;
};
