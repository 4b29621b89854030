import { type ErrorCode, type ErrorObject, errors } from '#protocol';

/** Every way in which the SDK itself refuses or gives up; what the server says keeps the server's name. */
const local = {
  closed: { retryable: false, message: 'The session is closed; resume it first.' },
  timeout: { retryable: true, message: 'The cloud has not answered in time; check the network and try again.' },
  upgrade_required: { retryable: false, message: 'The cloud wants a newer version of this application; update it.' },
  replaced: { retryable: false, message: 'The same device has connected elsewhere; use that one, or resume here.' },
  frame_too_large: { retryable: false, message: 'The call is larger than one frame may be.' },
  answer_invalid: {
    retryable: false,
    message: 'The server’s answer does not fit the method; update this application.',
  },
  unrecognized: {
    retryable: false,
    message: 'The server’s error is unknown to this version; update this application.',
  },
  store_damaged: { retryable: false, message: 'A record in the store cannot be read; restore it or link anew.' },
  already_linked: { retryable: false, message: 'The store holds a linked device: resume it, or use an empty store.' },
  code_unreadable: { retryable: false, message: 'This is no pairing code that can be read.' },
  code_elsewhere: { retryable: false, message: 'The code belongs to another cloud than this account.' },
  code_mismatch: { retryable: false, message: 'The cloud names another device key than the code: do not link it.' },
  companion_unconfirmed: {
    retryable: false,
    message: 'Show the companion to its person, and pass what was shown as `confirmed`.',
  },
  remote_unconfirmed: {
    retryable: false,
    message: 'The companion is on another network: ask its person, and pass `confirmRemote: true`.',
  },
  provisioning_invalid: { retryable: false, message: 'The provisioning message is not genuine; show a new code.' },
  linking_cancelled: { retryable: false, message: 'The linking was cancelled on this device.' },
  primary_stays: { retryable: false, message: 'The primary cannot leave its account; unlink the companions instead.' },
  deletion_unconfirmed: {
    retryable: false,
    message: 'Deleting is for good: ask the person, and pass the account’s id as `confirmed`.',
  },
  recovery_code_invalid: {
    retryable: false,
    message: 'There is a typo in the recovery code: it has 8 groups of 4 letters and digits.',
  },
  recovery_backup_invalid: {
    retryable: false,
    message: 'The backup is damaged, or another recovery code opens it.',
  },
  body_invalid: {
    retryable: false,
    message: 'A body has from 1 to some 22000 bytes, fewer with many recipients; send larger content as media.',
  },
  payload_invalid: {
    retryable: false,
    message: 'What came is no message that this version can read: it is dropped; update this application.',
  },
  ids_invalid: {
    retryable: false,
    message: 'That is no id of a message: pass those that the handler of messages got, `message.id`.',
  },
  ttl_invalid: { retryable: false, message: 'A time to live is a whole number of seconds, from 1 to 30 days.' },
  endpoint_invalid: {
    retryable: false,
    message: 'An endpoint is a URL with ws: or wss:, as the deployment printed it.',
  },
  recipients_invalid: { retryable: false, message: 'Name one account or more, of at most 100 devices together.' },
} as const satisfies Record<string, { retryable: boolean; message: string }>;

type LocalCode = keyof typeof local;
export type ClientErrorCode = ErrorCode | LocalCode;

type Given = { details?: unknown; retryable?: boolean; retryAfterMs?: number | undefined; cause?: unknown };

const isServers = (code: string): code is ErrorCode => Object.hasOwn(errors, code);
export const isClientErrorCode = (code: string): code is ClientErrorCode =>
  isServers(code) || Object.hasOwn(local, code);
const describe = (code: ClientErrorCode) => (isServers(code) ? errors[code] : local[code]);

/** Any failure of the SDK, by name. `retryable`: the same may succeed later, unchanged. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  readonly retryable: boolean;
  readonly details: unknown;
  /** Not earlier than after so many milliseconds, when the server has said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ClientErrorCode, { details, retryable, retryAfterMs, cause }: Given = {}) {
    const known = describe(code);
    super(typeof details === 'string' ? `${known.message} (${details})` : known.message, { cause });
    this.name = 'ClientError';
    this.code = code;
    this.retryable = retryable ?? known.retryable;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }

  /** What the server said, under the server's name for it. */
  static from({ data, message }: ErrorObject): ClientError {
    const { code, details, retryable, retryAfterMs } = data;
    if (!isServers(code)) return new ClientError('unrecognized', { details: `${code}: ${message}`, retryable });
    return new ClientError(code, { details, retryable, retryAfterMs });
  }
}

/** How long the server wants to be left alone after a failure, in milliseconds. */
export const restAfter = (error: unknown): number => (error instanceof ClientError ? (error.retryAfterMs ?? 0) : 0);

/** Whether it may succeed later, unchanged. */
export const isRetryable = (error: unknown): boolean => error instanceof ClientError && error.retryable;
