import type { Platform } from './platform.ts';
import type { Store } from './store.ts';

/** What every session of a device is given. */
export type DeviceOptions = {
  store: Store;
  /** Whether senders learn that their messages have arrived here, and were read: those whom the account knows. */
  receipts?: boolean;
  platform?: Platform;
};
