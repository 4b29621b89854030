const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Every figure that both ends must agree on. Durations are milliseconds, sizes are bytes. */
export const limits = {
  /** API Gateway closes larger client frames with 1009 and bills larger server frames twice. */
  frame: 32 * 1024,
  /** Ciphertext in one body: its base64url and the call around it fit a frame. */
  body: 22_000,
  /** What `pairing.approve` may seal for the companion. */
  sealed: 8_000,
  label: 64,
  /** A ticket of admission, in characters. */
  ticket: 4096,
  keyBlob: 4096,
  /** One-time keys in one `keys.publish`, held at once, and the number below which their device is told. */
  keysPublished: 25,
  keysHeld: 100,
  keysLow: 10,
  /** Devices in one `keys.claim`. */
  keysClaimed: 8,
  /** The token of a phone, or the URL of a browser's subscription, in characters. */
  pushToken: 1024,
  devices: 10,
  /** Envelopes in one `relay.send`, ids in one `relay.ack`, envelopes asked of one `relay.sync`. */
  batch: 100,

  /** How far a signed statement's time may be from the server's. */
  statementSkew: 5 * minute,
  tokenAge: 60 * second,
  tokenLead: 30 * second,
  guestLife: 5 * minute,
  /** What a device that is told of its end still has to hear before its connection is closed. */
  farewell: 2 * second,

  pairingScan: 60 * second,
  pairingDecision: 3 * minute,
  pairingCollect: 10 * minute,

  messageAge: 7 * day,
  messageLead: 5 * minute,
  envelopeLife: 30 * day,
  /** How long a delivered envelope may stay unacknowledged. */
  ackDeadline: 30 * second,

  idle: 10 * minute,
  connectionLife: 2 * hour,
  call: 29 * second,
} as const;
