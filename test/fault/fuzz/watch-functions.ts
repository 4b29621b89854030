import * as z from 'zod/mini';
import type { Cloud } from '#local';

const Event = z.object({
  requestContext: z.object({ eventType: z.literal('MESSAGE'), identity: z.object({ sourceIp: z.string() }) }),
});
const Logged = z.object({ what: z.string(), request: z.optional(z.string()) });

/** How the invocation for a frame ended: with the error's words if it did not return. */
export type Ended = { crash: string | undefined };

const parseLog = (line: string) => {
  try {
    return Logged.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

/** Watches all functions of a cloud while frames are sent to it, each client having an address of its own. */
export const watchFunctions = (cloud: Cloud) => {
  const senders = new Map<string, string>();
  const waiting = new Map<string, (ended: Ended) => void>();
  const reasons = new Map<string, string>();
  const crashes: string[] = [];
  const failures = new Map<string, number>();

  const offActivity = cloud.lambda.onActivity((activity) => {
    const { requestId } = activity;
    if (activity.kind === 'started') {
      const address = Event.safeParse(activity.event).data?.requestContext.identity.sourceIp;
      if (address !== undefined) senders.set(requestId, address);
      return;
    }
    const address = senders.get(requestId) ?? '';
    senders.delete(requestId);
    const crash = 'error' in activity.result ? `${activity.function}: ${activity.result.message}` : undefined;
    const tell = waiting.get(address);
    if (tell) tell({ crash });
    else if (crash !== undefined) crashes.push(crash);
  });
  const offLine = cloud.onLine((line) => {
    // What happens to an environment between two invocations is no invocation's failure.
    if (line.source === 'platform' && line.requestId === undefined) crashes.push(`${line.function}: ${line.line}`);
    const logged = line.source === 'stdout' ? parseLog(line.line) : undefined;
    if (logged === undefined) return;
    failures.set(logged.what, (failures.get(logged.what) ?? 0) + 1);
    if (logged.request !== undefined) reasons.set(logged.request, line.line);
  });

  return {
    /** Of invocations that nobody waited for, and of environments that ended between two. */
    crashes,
    /** How often functions logged a failure, by the step that failed. */
    failures,
    /** What the log says of an internal error. */
    reasonOf: (correlation: string): string | undefined => reasons.get(correlation),
    /** The end of the next invocation for a message from this address. */
    ended: (address: string): Promise<Ended> =>
      new Promise((resolve) => {
        waiting.set(address, (ended) => {
          waiting.delete(address);
          resolve(ended);
        });
      }),
    [Symbol.dispose]: () => {
      offActivity();
      offLine();
    },
  };
};
export type Watch = ReturnType<typeof watchFunctions>;
