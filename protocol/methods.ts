import * as z from 'zod/mini';
import { AccountId, DeviceAddress, DeviceNumber } from './addresses.ts';
import { BoundedBytes, PublicKey, Signature, Timestamp } from './bytes.ts';
import { Companion, Label, PairingState } from './companion.ts';
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

type Method = {
  /** What it does, for whoever calls it. */
  summary: string;
  who: Who;
  rate: Rate;
  params: z.ZodMiniType;
  result: z.ZodMiniType;
  oneWay?: true;
};

const Nothing = z.object({});
const Sealed = BoundedBytes(limits.sealed);
/** A JWT of the deployer's own backend. */
const Ticket = z.string().check(z.maxLength(limits.ticket));
/** What starts a conversation with a device, opaque to the cloud: an MLS key package, a Signal prekey bundle. */
const KeyBlob = BoundedBytes(limits.keyBlob);
const EnvelopeIds = z.array(EnvelopeId).check(z.minLength(1), z.maxLength(limits.batch));

const definitions = {
  'session.time': {
    summary: 'Tells the server’s clock, its protocol and the oldest client it takes; also the heartbeat.',
    who: 'anyone',
    rate: 'free',
    params: Nothing,
    result: z.object({ now: Timestamp, protocol: z.string(), minimumClient: z.string() }),
  },

  'account.register': {
    summary:
      'Makes an account, by its first device list, which its identity key has signed; the phone is its primary device.',
    who: 'guest',
    rate: 'register',
    params: z.object({ deviceList: DeviceList, at: Timestamp, signature: Signature, admission: z.optional(Ticket) }),
    result: z.object({ account: AccountId, device: DeviceNumber }),
  },
  'account.recover': {
    summary: 'Makes a new phone the primary device in place of the former, which is unlinked.',
    who: 'guest',
    rate: 'register',
    params: z.object({ deviceList: DeviceList, at: Timestamp, signature: Signature }),
    result: z.object({ device: DeviceNumber }),
  },
  'account.restore': {
    summary: 'Brings the account’s latest device list to a cloud that has an older one, as after a restore.',
    who: 'guest',
    rate: 'change',
    params: z.object({ deviceList: DeviceList }),
    result: z.object({ deviceList: DeviceList }),
  },
  'account.delete': {
    summary: 'Deletes the account for good: all its devices are unlinked at once.',
    who: 'primary',
    rate: 'change',
    params: z.object({ at: Timestamp, signature: Signature }),
    result: Nothing,
  },

  'pairing.open': {
    summary: 'A computer opens a pairing, whose id goes into the code that it shows.',
    who: 'guest',
    rate: 'change',
    params: z.object({ deviceKey: PublicKey, replaces: z.optional(PairingId), label: z.optional(Label) }),
    result: z.object({ pairing: PairingId, expiresAt: Timestamp }),
  },
  'pairing.scan': {
    summary: 'The phone has read a code: it alone decides from now on, and learns what it is about to link.',
    who: 'primary',
    rate: 'change',
    params: z.object({ pairing: PairingId }),
    result: z.object({ deviceKey: PublicKey, decideBy: Timestamp, companion: Companion }),
  },
  'pairing.approve': {
    summary: 'Links the computer: the new device list and the sealed message for it take effect at once or not at all.',
    who: 'primary',
    rate: 'change',
    params: z.object({ pairing: PairingId, deviceList: DeviceList, sealed: Sealed }),
    result: z.object({ device: DeviceNumber }),
  },
  'pairing.deny': {
    summary: 'Refuses the computer whose code was scanned.',
    who: 'primary',
    rate: 'change',
    params: z.object({ pairing: PairingId }),
    result: Nothing,
  },
  'pairing.cancel': {
    summary: 'The computer withdraws its pairing, unless it was approved already.',
    who: 'guest',
    rate: 'change',
    params: z.object({ pairing: PairingId, at: Timestamp, signature: Signature }),
    result: Nothing,
  },
  'pairing.collect': {
    summary: 'The computer asks what became of its pairing, and is told on this connection from now on.',
    who: 'guest',
    rate: 'change',
    params: z.object({ pairing: PairingId, at: Timestamp, signature: Signature }),
    result: z.object({ state: PairingState, sealed: z.optional(Sealed), deviceList: z.optional(DeviceList) }),
  },

  'devices.list': {
    summary: 'The signed device list of any account, to encrypt and to address by.',
    who: 'device',
    rate: 'read',
    params: z.object({ account: AccountId }),
    result: z.object({ deviceList: DeviceList }),
  },
  'devices.update': {
    summary: 'Unlinks devices by a new list without them, or renews the list’s signature.',
    who: 'primary',
    rate: 'change',
    params: z.object({ deviceList: DeviceList }),
    result: Nothing,
  },
  'devices.leave': {
    summary: 'A companion unlinks itself.',
    who: 'device',
    rate: 'change',
    params: Nothing,
    result: Nothing,
  },

  'relay.send': {
    summary:
      'Stores messages in the mailboxes of all their devices and delivers them to those that are connected; each stands or falls alone, and a repeat stores nothing twice.',
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
    summary: 'The device has these envelopes for good: they leave its mailbox. Not answered.',
    who: 'device',
    rate: 'read',
    // `at`: of the oldest of them, as its envelope has it; by it the operator sees how long mail takes.
    params: z.object({ envelopes: EnvelopeIds, at: z.optional(Timestamp) }),
    result: Nothing,
    oneWay: true,
  },
  'relay.sync': {
    summary: 'A page of what waits in the device’s mailbox, oldest first; what is acknowledged with it leaves first.',
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
    summary: 'Passes on what matters only now to the devices that are connected; nothing is stored.',
    who: 'device',
    rate: 'signal',
    params: z.object({ signals: Signals }),
    result: Nothing,
  },

  'contacts.block': {
    summary: 'Keeps back what that account sends from now on, without telling it.',
    who: 'device',
    rate: 'change',
    params: z.object({ account: AccountId }),
    result: Nothing,
  },
  'contacts.unblock': {
    summary: 'Lets through again what that account sends.',
    who: 'device',
    rate: 'change',
    params: z.object({ account: AccountId }),
    result: Nothing,
  },

  'keys.publish': {
    summary: 'Leaves keys for whoever begins a conversation with this device.',
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
    summary:
      'A key of each device, to begin a conversation by: a one-time key, given out once, or that of last resort.',
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
    summary: 'In which ways this cloud can wake a device.',
    who: 'device',
    rate: 'read',
    params: Nothing,
    result: z.object({ kinds: z.array(PushKind), webPushKey: z.optional(z.string()) }),
  },
  'push.register': {
    summary: 'Says how this device is woken while it is not connected, in place of what it said before.',
    who: 'device',
    rate: 'change',
    params: PushRegistration,
    result: Nothing,
  },
  'push.unregister': {
    summary: 'This device is not to be woken any more.',
    who: 'device',
    rate: 'change',
    params: Nothing,
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
