import { type MethodName, methods, type Rate } from '#protocol';
import { type DeviceCaller, type Guest, isDevice } from './caller.ts';
import { networkOf } from './network.ts';
import type { Rates } from './rates.ts';

type Charge = (rates: Rates, subject: string) => Promise<void>;

const nothing: Charge = async () => {};
const guestCall: Charge = (rates, network) => rates.charge('guestCallsPerMinute', network);

/** What a call of each rate costs a guest, by its network. */
const ofGuests: Record<Rate, Charge> = {
  free: nothing,
  change: guestCall,
  read: guestCall,
  send: guestCall,
  signal: guestCall,
  register: async (rates, network) => {
    await rates.charge('registrationsPerHour', network);
    await guestCall(rates, network);
  },
};

/** What it costs a device. */
const ofDevices: Record<Rate, Charge> = {
  free: nothing,
  change: (rates, device) => rates.charge('deviceCallsPerMinute', device),
  read: (rates, device) => rates.chargeBundled('readsPerMinute', device),
  send: (rates, device) => rates.chargeBundled('sendsPerMinute', device),
  signal: (rates, device) => rates.chargeBundled('signalsPerMinute', device),
  register: nothing,
};

/** Counts a call as the method table says. @throws `rate_limited` */
export const charge = (rates: Rates, method: MethodName, caller: Guest | DeviceCaller): Promise<void> => {
  const { rate } = methods[method];
  return isDevice(caller) ? ofDevices[rate](rates, caller.address) : ofGuests[rate](rates, networkOf(caller.sourceIp));
};
