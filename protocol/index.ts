export { AccountId, accountIdOf, addressOf, DeviceAddress, DeviceNumber, parseAddress } from './addresses.ts';
export {
  type Bytes,
  FixedBytes,
  fromBase64Url,
  Hash,
  PublicKey,
  Signature,
  Timestamp,
  toBase64Url,
  utf8,
} from './bytes.ts';
export { Companion, PairingState } from './companion.ts';
export { type ContactCode, formatContactCode, type ParsedContactCode, parseContactCode } from './contact-code.ts';
export { isTimely, parseOffer, subprotocol, TokenClaims, tokenHeader } from './connect-token.ts';
export {
  Device,
  DeviceList,
  deviceListHash,
  deviceListStatement,
  isSignedBy,
  type Succession,
  succeeds,
  type UnsignedDeviceList,
} from './device-list.ts';
export {
  countEnvelopes,
  Envelope,
  EnvelopeId,
  envelopeIdOf,
  isCurrent,
  Message,
  MessageId,
  messageTime,
  parseEnvelopeId,
  Recipient,
} from './envelopes.ts';
export { type ErrorCode, errorCodes, errors, TandemError } from './errors.ts';
export { type EventName, type EventParams, events, isEvent } from './events.ts';
export { Call, type CallId, ErrorObject, ServerFrame } from './json-rpc.ts';
export { judgeList } from './judge-list.ts';
export { limits } from './limits.ts';
export {
  type Capability,
  isMethod,
  type MethodName,
  type MethodsOf,
  methodNames,
  methods,
  type OneWay,
  type Params,
  type Rate,
  type Result,
  type Who,
  type WhoOf,
} from './methods.ts';
export { formatPairingCode, PairingCode, type ParsedPairingCode, PairingId, parsePairingCode } from './pairing-code.ts';
export { PushKind, PushRegistration, PushSubscription } from './push.ts';
export { hash, sign, statement, verify } from './signing.ts';
export {
  cancelStatement,
  collectStatement,
  deleteStatement,
  pairingInfo,
  recoverStatement,
  registerStatement,
} from './statements.ts';
export { traceIdOf, Traceparent, traceparentBytes, traceparentOf } from './traceparent.ts';
