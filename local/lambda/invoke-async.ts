import type { Clock } from '../clock.ts';
import type { Invocation } from './environment.ts';

type Wiring = { invoke: (functionArn: string, event: unknown) => Promise<Invocation>; clock: Clock };

/** "One minute between the first two attempts, two minutes between the second and the third." */
const retries = [60_000, 120_000];
const longestBackoff = 300_000;
const longestWait = 6 * 3_600_000;

/**
 * Invokes a function as Lambda does for a service that does not wait for it: twice more after an error, and for up to
 * six hours while it is throttled (Lambda Developer Guide, "Error handling for asynchronous invocation").
 * Resolves with how the last attempt ended.
 */
export async function invokeAsync({ invoke, clock }: Wiring, functionArn: string, event: unknown): Promise<Invocation> {
  const latest = clock.now() + longestWait;
  const waits = retries.values();
  for (let backoff = 1000; ; ) {
    const invocation = await invoke(functionArn, event);
    if (!('error' in invocation)) return invocation;
    const throttled = invocation.error === 'throttled';
    const wait = throttled ? backoff : waits.next().value;
    if (throttled) backoff = Math.min(backoff * 2, longestBackoff);
    if (wait === undefined || clock.now() + wait > latest) return invocation;
    await new Promise<void>((resolve) => clock.after(wait, resolve));
  }
}
