import { setTimeout as delay } from 'node:timers/promises';
import { matches } from '../aws/iam/wildcard.ts';
import type { FaultOf } from './fault.ts';
import type { Injector } from './faults.ts';
import { logNormal } from './random.ts';

/** A call to a service of AWS that may be done. */
export type FaultyCall = {
  service: string;
  operation: string;
  function: string | undefined;
  trace: string | undefined;
};

/** What the faults want of a call: an error instead of doing it; afterwards, a connection that is cut. */
export type Fate = { error: { name: string; message: string; status: number } | undefined; cut: boolean };

/** Decides on a call, and lets it wait if it is to: in real time, like the functions that wait for it. */
export const meetFaults = async (faults: Injector, call: FaultyCall): Promise<Fate> => {
  const { service, operation, function: by, trace } = call;
  const occasion = { what: `${service} ${operation}`, by, trace };
  const isOf = (fault: { service: string; operation: string }) =>
    matches(fault.service, service) && matches(fault.operation, operation);
  const late = faults.draw('latency', occasion, isOf);
  const failing = faults.draw('error', occasion, isOf);
  const lost = faults.draw('lost-response', occasion, isOf);
  if (late !== undefined) await delay(logNormal(late.random, late.fault));
  return { error: failing && errorOf(failing.fault, faults.seed), cut: lost !== undefined };
};

const errorOf = ({ error: name, status = usualStatus(name) }: FaultOf<'error'>, seed: number) => ({
  name,
  message: `A fault of the local cloud (seed ${seed}).`,
  status,
});

/** By it and by the name the SDK tells what is worth another try. */
const usualStatus = (name: string): number => {
  if (name.startsWith('ServiceUnavailable')) return 503;
  return name.startsWith('Internal') ? 500 : 400;
};
