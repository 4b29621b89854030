import * as z from 'zod/mini';
import { AccountId, DeviceAddress, DeviceNumber } from './addresses.ts';
import { BoundedBytes, PublicKey, Signature, Timestamp } from './bytes.ts';
import { DeviceList } from './device-list.ts';
import { Envelope, EnvelopeId, MessageId, Messages, Signals } from './envelopes.ts';
import { ErrorObject } from './json-rpc.ts';
import { limits } from './limits.ts';
import { PairingId } from './pairing-code.ts';
import { PushKind, PushRegistration } from './push.ts';

/** `guest`: a connection without a token. `device`: any linked device. `primary`: the phone alone. */
export type Who = 'guest' | 'device' | 'primary' | 'anyone';

/**
 * Against which rate a call is counted: not at all, with the few that change something, with the many that read, or
 * with those of its own kind. Calls of guests are counted by their network.
 */
export type Rate = 'free' | 'change' | 'read' | 'register' | 'send' | 'signal';

type Method = { who: Who; rate: Rate; params: z.ZodMiniType; result: z.ZodMiniType; oneWay?: true };

const Nothing = z.object({});
const Sealed = BoundedBytes(limits.sealed);
const Label = z
  .string()
  .check(z.minLength(1), z.maxLength(limits.label), z.regex(/^[^\p{C}]*$/u, 'expected plain text'));
/** A JWT of the deployer's own backend. */
const Ticket = z.string().check(z.maxLength(limits.ticket));
/** What starts a conversation with a device, opaque to the cloud: an MLS key package, a Signal prekey bundle. */
const KeyBlob = BoundedBytes(limits.keyBlob);
const EnvelopeIds = z.array(EnvelopeId).check(z.minLength(1), z.maxLength(limits.batch));

/** The state that a companion finds its pairing in. */
export const PairingState = z.enum(['opened', 'scanned', 'approved', 'denied', 'expired', 'cancelled']);
export type PairingState = z.infer<typeof PairingState>;

/** What the phone shows before its person decides; `sameNetwork` is a hint, not a proof. */
export const Companion = z.object({
  label: z.optional(Label),
  userAgent: z.optional(z.string()),
  address: z.string(),
  sameNetwork: z.boolean(),
});
export type Companion = z.infer<typeof Companion>;

const definitions = {
  'session.time': {
    who: 'anyone',
    rate: 'free',
    params: Nothing,
    result: z.object({ now: Timestamp, protocol: z.string(), minimumClient: z.string() }),
  },

  'account.register': {
    who: 'guest',
    rate: 'register',
    params: z.object({ deviceList: DeviceList, at: Timestamp, signature: Signature, admission: z.optional(Ticket) }),
    result: z.object({ account: AccountId, device: DeviceNumber }),
  },
  'account.recover': {
    who: 'guest',
    rate: 'register',
    params: z.object({ deviceList: DeviceList, at: Timestamp, signature: Signature }),
    result: z.object({ device: DeviceNumber }),
  },
  'account.delete': {
    who: 'primary',
    rate: 'change',
    params: z.object({ at: Timestamp, signature: Signature }),
    result: Nothing,
  },

  'pairing.open': {
    who: 'guest',
    rate: 'change',
    params: z.object({ deviceKey: PublicKey, replaces: z.optional(PairingId), label: z.optional(Label) }),
    result: z.object({ pairing: PairingId, expiresAt: Timestamp }),
  },
  'pairing.scan': {
    who: 'primary',
    rate: 'change',
    params: z.object({ pairing: PairingId }),
    result: z.object({ deviceKey: PublicKey, decideBy: Timestamp, companion: Companion }),
  },
  'pairing.approve': {
    who: 'primary',
    rate: 'change',
    params: z.object({ pairing: PairingId, deviceList: DeviceList, sealed: Sealed }),
    result: z.object({ device: DeviceNumber }),
  },
  'pairing.deny': { who: 'primary', rate: 'change', params: z.object({ pairing: PairingId }), result: Nothing },
  'pairing.cancel': {
    who: 'guest',
    rate: 'change',
    params: z.object({ pairing: PairingId, at: Timestamp, signature: Signature }),
    result: Nothing,
  },
  'pairing.collect': {
    who: 'guest',
    rate: 'change',
    params: z.object({ pairing: PairingId, at: Timestamp, signature: Signature }),
    result: z.object({ state: PairingState, sealed: z.optional(Sealed), deviceList: z.optional(DeviceList) }),
  },

  'devices.list': {
    who: 'device',
    rate: 'read',
    params: z.object({ account: AccountId }),
    result: z.object({ deviceList: DeviceList }),
  },
  'devices.update': {
    who: 'primary',
    rate: 'change',
    params: z.object({ deviceList: DeviceList }),
    result: Nothing,
  },
  'devices.leave': { who: 'device', rate: 'change', params: Nothing, result: Nothing },

  'relay.send': {
    who: 'device',
    rate: 'send',
    params: z.object({ messages: Messages }),
    result: z.object({
      results: z.array(
        z.union([
          z.object({ message: MessageId, at: Timestamp }),
          z.object({ message: MessageId, error: ErrorObject }),
        ]),
      ),
    }),
  },
  'relay.ack': {
    who: 'device',
    rate: 'read',
    params: z.object({ envelopes: EnvelopeIds }),
    result: Nothing,
    oneWay: true,
  },
  'relay.sync': {
    who: 'device',
    rate: 'read',
    params: z.object({
      ack: z.optional(EnvelopeIds),
      after: z.optional(EnvelopeId),
      limit: z.optional(z.int().check(z.gte(1), z.lte(limits.batch))),
    }),
    result: z.object({ envelopes: z.array(Envelope), next: z.optional(EnvelopeId) }),
  },
  'relay.signal': {
    who: 'device',
    rate: 'signal',
    params: z.object({ signals: Signals }),
    result: Nothing,
  },

  'contacts.block': { who: 'device', rate: 'change', params: z.object({ account: AccountId }), result: Nothing },
  'contacts.unblock': { who: 'device', rate: 'change', params: z.object({ account: AccountId }), result: Nothing },

  'keys.publish': {
    who: 'device',
    rate: 'change',
    params: z.object({
      lastResort: z.optional(KeyBlob),
      oneTime: z.array(KeyBlob).check(
        z.maxLength(limits.keysPublished),
        z.refine((blobs) => new Set(blobs).size === blobs.length, 'a one-time key is given twice'),
      ),
    }),
    result: z.object({ available: z.int() }),
  },
  'keys.claim': {
    who: 'device',
    rate: 'change',
    params: z.object({
      devices: z.array(DeviceAddress).check(
        z.minLength(1),
        z.maxLength(limits.keysClaimed),
        z.refine((devices) => new Set(devices).size === devices.length, 'a device is named twice'),
      ),
    }),
    result: z.object({
      bundles: z.array(z.object({ address: DeviceAddress, blob: KeyBlob, oneTime: z.boolean() })),
    }),
  },

  'push.config': {
    who: 'device',
    rate: 'read',
    params: Nothing,
    result: z.object({ kinds: z.array(PushKind), webPushKey: z.optional(z.string()) }),
  },
  'push.register': { who: 'device', rate: 'change', params: PushRegistration, result: Nothing },
  'push.unregister': { who: 'device', rate: 'change', params: Nothing, result: Nothing },
} as const satisfies Record<string, Method>;

type Definitions = typeof definitions;
export type MethodName = keyof Definitions;
export type Params<M extends MethodName> = z.infer<Definitions[M]['params']>;
export type Result<M extends MethodName> = z.infer<Definitions[M]['result']>;
export type WhoOf<M extends MethodName> = Definitions[M]['who'];
/** The methods that are not answered, even when called with an id. */
export type OneWay = { [M in MethodName]: Definitions[M] extends { oneWay: true } ? M : never }[MethodName];

/** The API. Routes, types, authorization and the tests of all of them are made from this table. */
export const methods: {
  readonly [M in MethodName]: Method & {
    who: WhoOf<M>;
    params: z.ZodMiniType<Params<M>>;
    result: z.ZodMiniType<Result<M>>;
  };
} = definitions;

/** The part of a method's name before the dot: the capability that it belongs to. */
export type Capability = MethodName extends `${infer C}.${string}` ? C : never;
export type MethodsOf<C extends Capability> = Extract<MethodName, `${C}.${string}`>;

export const isMethod = (name: string): name is MethodName => Object.hasOwn(methods, name);
export const methodNames: readonly MethodName[] = Object.keys(methods).filter(isMethod);
