import * as z from 'zod/mini';
import { DeviceAddress, DeviceNumber } from './addresses.ts';
import { BoundedBytes, Timestamp } from './bytes.ts';
import { DeviceList } from './device-list.ts';
import { Body, Envelope, MessageId } from './envelopes.ts';
import { limits } from './limits.ts';
import { PairingId } from './pairing-code.ts';
import { Traceparent } from './traceparent.ts';

/** What the server says unasked, as JSON-RPC notifications. */
export const events = {
  'pairing.scanned': z.object({ pairing: PairingId, decideBy: Timestamp }),
  'pairing.approved': z.object({ pairing: PairingId, sealed: BoundedBytes(limits.sealed), deviceList: DeviceList }),
  'pairing.denied': z.object({ pairing: PairingId }),
  /** To the phone that has scanned it: the companion has withdrawn. */
  'pairing.cancelled': z.object({ pairing: PairingId }),
  'devices.changed': z.object({ deviceList: DeviceList }),
  'devices.left': z.object({ device: DeviceNumber }),
  'relay.deliver': z.object({ envelopes: z.array(Envelope) }),
  /** There is mail that was not delivered: synchronize. It may be told by which call it came. */
  'relay.waiting': z.object({ traceparent: z.optional(Traceparent) }),
  'relay.signal': z.object({ signals: z.array(z.object({ message: MessageId, sender: DeviceAddress, body: Body })) }),
  /** So few one-time keys are left: publish new ones. */
  'keys.low': z.object({ available: z.int() }),
  /** Another device of the account cannot be woken any more, until it has registered anew. */
  'push.broken': z.object({ device: DeviceNumber }),
  /** `by` is the `jti` of the token with which the same device connected elsewhere. */
  'session.replaced': z.object({ by: z.string() }),
  'session.revoked': z.object({}),
} as const;

export type EventName = keyof typeof events;
export type EventParams<E extends EventName> = z.infer<(typeof events)[E]>;

export const isEvent = (name: string): name is EventName => Object.hasOwn(events, name);
