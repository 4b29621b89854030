import * as z from 'zod/mini';
import { AccountId, DeviceNumber } from './addresses.ts';
import { BoundedBytes, PublicKey, Signature, Timestamp } from './bytes.ts';
import { DeviceList } from './device-list.ts';
import { addressed, bodiesNamed, Envelope, EnvelopeId, MessageId, Messages } from './envelopes.ts';
import { ErrorObject } from './json-rpc.ts';
import { limits } from './limits.ts';
import { PairingId } from './pairing-code.ts';

/** `guest`: a connection without a token. `device`: any linked device. `primary`: the phone alone. */
export type Who = 'guest' | 'device' | 'primary' | 'anyone';

/** How calls are counted against a caller's rate: each one, a random sixteenth of them, or not at all. */
type Rate = 'exact' | 'sampled' | 'free';

type Method = { who: Who; rate: Rate; params: z.ZodMiniType; result: z.ZodMiniType; oneWay?: true };

const Nothing = z.object({});
const Sealed = BoundedBytes(limits.sealed);
const Label = z
  .string()
  .check(z.minLength(1), z.maxLength(limits.label), z.regex(/^[^\p{C}]*$/u, 'expected plain text'));
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
    rate: 'exact',
    params: z.object({ deviceList: DeviceList, at: Timestamp, signature: Signature }),
    result: z.object({ account: AccountId, device: DeviceNumber }),
  },

  'pairing.open': {
    who: 'guest',
    rate: 'exact',
    params: z.object({ deviceKey: PublicKey, replaces: z.optional(PairingId), label: z.optional(Label) }),
    result: z.object({ pairing: PairingId, expiresAt: Timestamp }),
  },
  'pairing.scan': {
    who: 'primary',
    rate: 'exact',
    params: z.object({ pairing: PairingId }),
    result: z.object({ deviceKey: PublicKey, decideBy: Timestamp, companion: Companion }),
  },
  'pairing.approve': {
    who: 'primary',
    rate: 'exact',
    params: z.object({ pairing: PairingId, deviceList: DeviceList, sealed: Sealed }),
    result: z.object({ device: DeviceNumber }),
  },
  'pairing.deny': { who: 'primary', rate: 'exact', params: z.object({ pairing: PairingId }), result: Nothing },
  'pairing.collect': {
    who: 'guest',
    rate: 'exact',
    params: z.object({ pairing: PairingId, at: Timestamp, signature: Signature }),
    result: z.object({ state: PairingState, sealed: z.optional(Sealed), deviceList: z.optional(DeviceList) }),
  },

  'devices.list': {
    who: 'device',
    rate: 'sampled',
    params: z.object({ account: AccountId }),
    result: z.object({ deviceList: DeviceList }),
  },
  'devices.update': {
    who: 'primary',
    rate: 'exact',
    params: z.object({ deviceList: DeviceList }),
    result: Nothing,
  },
  'devices.leave': { who: 'device', rate: 'exact', params: Nothing, result: Nothing },

  'relay.send': {
    who: 'device',
    rate: 'sampled',
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
    rate: 'free',
    params: z.object({ envelopes: EnvelopeIds }),
    result: Nothing,
    oneWay: true,
  },
  'relay.sync': {
    who: 'device',
    rate: 'sampled',
    params: z.object({
      ack: z.optional(EnvelopeIds),
      after: z.optional(EnvelopeId),
      limit: z.optional(z.int().check(z.gte(1), z.lte(limits.batch))),
    }),
    result: z.object({ envelopes: z.array(Envelope), next: z.optional(EnvelopeId) }),
  },
  'relay.signal': {
    who: 'device',
    rate: 'sampled',
    params: z.object(addressed).check(bodiesNamed),
    result: Nothing,
  },
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
