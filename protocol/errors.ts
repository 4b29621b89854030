/**
 * Every way in which a call can fail. `rpc` is the JSON-RPC code; the application's own failures share −32000 and are
 * told apart by name, in `error.data.code`. `retryable`: the same call may succeed later, unchanged.
 */
export const errors = {
  parse_error: { rpc: -32700, retryable: false, message: 'The frame is not JSON.' },
  invalid_request: { rpc: -32600, retryable: false, message: 'The frame is not one JSON-RPC 2.0 call.' },
  method_not_found: { rpc: -32601, retryable: false, message: 'There is no such method.' },
  invalid_params: { rpc: -32602, retryable: false, message: 'The parameters do not fit the method.' },
  internal: { rpc: -32603, retryable: true, message: 'The server failed; quote the correlation id to its operator.' },

  unavailable: { rpc: -32000, retryable: true, message: 'The cloud is short of capacity; try again a little later.' },
  guests_refused: { rpc: -32000, retryable: false, message: 'Connect with a token of a linked device first.' },
  devices_refused: { rpc: -32000, retryable: false, message: 'Only a guest connection may call this.' },
  companions_refused: { rpc: -32000, retryable: false, message: 'Only the primary device may call this.' },
  rate_limited: { rpc: -32000, retryable: true, message: 'Too many calls; wait as long as retryAfterMs says.' },
  admission_refused: {
    rpc: -32000,
    retryable: false,
    message: 'This cloud admits who has a ticket of its owner; ask there for a new one.',
  },
  guest_expired: { rpc: -32000, retryable: false, message: 'A guest has five minutes; connect again.' },
  unlinked: { rpc: -32000, retryable: false, message: 'This device is no longer linked to its account.' },
  account_suspended: {
    rpc: -32000,
    retryable: true,
    message: 'The account is suspended by the operator of this cloud; ask there. Its mail and its devices are kept.',
  },
  registration_closed: {
    rpc: -32000,
    retryable: false,
    message: 'This cloud takes no new accounts for the time being; try again another day.',
  },

  signature_invalid: { rpc: -32000, retryable: false, message: 'The signature does not hold.' },
  time_skewed: {
    rpc: -32000,
    retryable: false,
    message: 'The time is more than five minutes from the server’s; correct it by session.time and sign again.',
  },
  account_exists: { rpc: -32000, retryable: false, message: 'The account is registered with another device list.' },
  account_gone: { rpc: -32000, retryable: false, message: 'The account was deleted by its owner, for good.' },
  account_unknown: { rpc: -32000, retryable: false, message: 'There is no such account.' },
  list_refused: { rpc: -32000, retryable: false, message: 'The device list may not follow the current one.' },
  list_conflict: { rpc: -32000, retryable: false, message: 'The device list has changed meanwhile; build on details.' },

  pairing_unknown: { rpc: -32000, retryable: false, message: 'There is no such pairing; show a new code.' },
  pairing_expired: { rpc: -32000, retryable: false, message: 'The pairing has expired; show a new code.' },
  pairing_cancelled: { rpc: -32000, retryable: false, message: 'The code was withdrawn; scan the one shown now.' },
  pairing_denied: { rpc: -32000, retryable: false, message: 'The pairing was denied.' },
  pairing_taken: { rpc: -32000, retryable: false, message: 'Another phone has scanned this code.' },
  pairing_approved: { rpc: -32000, retryable: false, message: 'The pairing was approved already; a code works once.' },
  pairing_unscanned: { rpc: -32000, retryable: false, message: 'Scan the code before deciding on it.' },
  pairing_pending: { rpc: -32000, retryable: false, message: 'The code was scanned; decide on the phone.' },

  devices_changed: { rpc: -32000, retryable: false, message: 'Encrypt anew for the devices in details.' },
  mailbox_full: {
    rpc: -32000,
    retryable: false,
    message: 'A device in details has not fetched its mail for long; it takes no more.',
  },
  keys_full: { rpc: -32000, retryable: false, message: 'A hundred one-time keys are held already.' },
  push_unavailable: {
    rpc: -32000,
    retryable: false,
    message: 'This cloud cannot wake devices that way; push.config says in which ways it can.',
  },
  push_taken: {
    rpc: -32000,
    retryable: false,
    message: 'Another account’s device is woken by this token; let that one unregister, or get a new token.',
  },
  message_expired: { rpc: -32000, retryable: false, message: 'The message id is too old, or ahead of time.' },
} as const satisfies Record<string, { rpc: number; retryable: boolean; message: string }>;

export type ErrorCode = keyof typeof errors;
export const errorCodes: readonly ErrorCode[] = Object.keys(errors).filter((name): name is ErrorCode =>
  Object.hasOwn(errors, name),
);

/** A failure that the caller is told of by name. `details` go to the caller: never anything secret. */
export class TandemError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;
  /** Not earlier than after so many milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, details?: unknown, retryAfterMs?: number) {
    super(errors[code].message);
    this.name = 'TandemError';
    this.code = code;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}
