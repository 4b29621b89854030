import type { AccountId, DeviceAddress, DeviceNumber, MethodName, WhoOf } from '#protocol';
import { limits, methods, parseAddress, TandemError } from '#protocol';
import type { Account, Directory } from './directory/index.ts';
import type { GatewayEvent } from './event.ts';

/** `calledAt`: when the gateway got the call. Times are milliseconds since 1970. */
export type Guest = {
  connection: string;
  connectedAt: number;
  calledAt: number;
  sourceIp: string;
  userAgent: string | undefined;
};
export type DeviceCaller = Guest & { account: AccountId; device: DeviceNumber; address: DeviceAddress };
/** `self`: the caller's account as it is at the time of the call. */
type PrimaryCaller = DeviceCaller & { self: Account };

type Callers = { guest: Guest; device: DeviceCaller; primary: PrimaryCaller; anyone: Guest | DeviceCaller };
export type CallerOf<M extends MethodName> = Callers[WhoOf<M>];

/** Who sent the event, as far as the authorizer has established it. */
export const callerOf = ({ requestContext }: GatewayEvent): Guest | DeviceCaller => {
  const { connectionId, connectedAt, requestTimeEpoch, identity, authorizer } = requestContext;
  const guest = {
    connection: connectionId,
    connectedAt,
    calledAt: requestTimeEpoch,
    sourceIp: identity.sourceIp,
    userAgent: identity.userAgent ?? undefined,
  };
  const address = authorizer?.address;
  return address === undefined ? guest : { ...guest, address, ...parseAddress(address) };
};

export const isDevice = (caller: Guest | DeviceCaller): caller is DeviceCaller => 'address' in caller;

const asGuest = (caller: Guest | DeviceCaller, now: number): Guest => {
  if (isDevice(caller)) throw new TandemError('devices_refused');
  if (now > caller.connectedAt + limits.guestLife) throw new TandemError('guest_expired');
  return caller;
};

const asDevice = (caller: Guest | DeviceCaller): DeviceCaller => {
  if (!isDevice(caller)) throw new TandemError('guests_refused');
  return caller;
};

/** An account that others want to reach. @throws `account_unknown`, `account_gone` */
export const living = (account: Account | 'gone' | undefined, name: AccountId): Account => {
  if (account === undefined) throw new TandemError('account_unknown', { account: name });
  if (account === 'gone') throw new TandemError('account_gone', { account: name });
  return account;
};

/** An account that may act. @throws `account_suspended` */
export const unsuspended = (account: Account): Account => {
  if (account.suspended !== undefined) throw new TandemError('account_suspended');
  return account;
};

/** The caller's account, when it still lists the device and may act. @throws `unlinked`, `account_suspended` */
export const standing = (caller: DeviceCaller, account: Account | 'gone' | undefined): Account => {
  if (account === undefined || account === 'gone' || !account.devices.has(caller.device)) {
    throw new TandemError('unlinked');
  }
  return unsuspended(account);
};

const asPrimary = async (caller: Guest | DeviceCaller, directory: Directory | undefined): Promise<PrimaryCaller> => {
  const device = asDevice(caller);
  if (directory === undefined) throw new Error('a method of the primary needs a directory');
  const self = standing(device, await directory.account(device.account));
  if (self.list.primary !== device.device) throw new TandemError('companions_refused');
  return { ...device, self };
};

/**
 * The caller, as the method's `who` wants it. For a `device` method it is the device that connected; whether it is
 * still linked and may act, the use case sees with {@link standing} in a read that it makes anyway.
 */
export const authorize = async <M extends MethodName>(
  method: M,
  caller: Guest | DeviceCaller,
  { now, directory }: { now: number; directory: Directory | undefined },
): Promise<CallerOf<M>> => {
  const by: { [W in keyof Callers]: () => Callers[W] | Promise<Callers[W]> } = {
    guest: () => asGuest(caller, now),
    device: () => asDevice(caller),
    primary: () => asPrimary(caller, directory),
    anyone: () => (isDevice(caller) ? caller : asGuest(caller, now)),
  };
  const who: WhoOf<M> = methods[method].who;
  return by[who]();
};
