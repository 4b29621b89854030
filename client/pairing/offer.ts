import { type Companion, type PairingCode, parsePairingCode } from '#protocol';
import { ClientError } from '../errors.ts';

/** A computer that asks to be linked; the person at the phone decides. */
export type Offer = {
  /** What to show: it is the companion's own word but for its address. */
  readonly companion: Companion;
  /** Until when (server's time, milliseconds since 1970) the phone may decide. */
  readonly decideBy: number;
  /** Resolves when the computer takes its code back while this phone is connected: there is nothing left to decide. */
  readonly withdrawn: Promise<void>;
  /**
   * Links the computer. @throws `companion_unconfirmed` or `remote_unconfirmed` unless the person has confirmed it, and
   * what the server says: `pairing_expired`, `pairing_cancelled`, …
   */
  readonly approve: (confirmation: Confirmation) => Promise<void>;
  /** Refuses: the computer is told, and the code is dead. */
  readonly deny: () => Promise<void>;
};

export type Confirmation = {
  /** What the person has been shown. */
  confirmed: Companion;
  /** The person has also confirmed that the computer is on another network. */
  confirmRemote?: boolean;
};

/** The code in a text that a camera has read, if it belongs to this cloud. @throws `code_unreadable`, `code_elsewhere` */
export const readCode = (text: string, endpoint: string): PairingCode => {
  const parsed = parsePairingCode(text);
  if (!parsed.ok) throw new ClientError('code_unreadable', { details: parsed.reason });
  if (new URL(parsed.code.endpoint).href !== endpoint) {
    throw new ClientError('code_elsewhere', { details: parsed.code.endpoint });
  }
  return parsed.code;
};

const fields = ({ label, userAgent, address, sameNetwork }: Companion) =>
  JSON.stringify([label, userAgent, address, sameNetwork]);

/** @throws unless the person has confirmed what was shown */
export const checkConfirmation = (companion: Companion, { confirmed, confirmRemote }: Confirmation): void => {
  if (fields(confirmed) !== fields(companion)) throw new ClientError('companion_unconfirmed');
  if (!companion.sameNetwork && confirmRemote !== true) throw new ClientError('remote_unconfirmed');
};
