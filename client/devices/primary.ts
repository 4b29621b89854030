import type { Account } from '../account.ts';
import type { Connection } from '../connection/connection.ts';
import type { SigningKey } from '../keys.ts';
import type { DeviceLists } from './device-lists.ts';

/** What the primary decides with. */
export type Primary = {
  account: Account;
  identityKey: SigningKey;
  connection: Pick<Connection, 'call' | 'time' | 'onNotification'>;
  lists: DeviceLists;
  /** The server's time. */
  now: () => number;
  /** Two lists signed at once would be the very fork that everybody looks for. */
  inTurn: <T>(task: () => Promise<T>) => Promise<T>;
};
