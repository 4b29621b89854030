import type { PushTarget } from '../shared/directory/index.ts';
import type { WakeContext } from './context.ts';
import { apnsMessage, collapseKey, fcmMessage } from './payloads.ts';

const second = 1000;
/** No provider keeps a push for longer, in seconds: four weeks. */
const longest = 28 * 24 * 3600;

type Push = { urgent: boolean; expires: number };

type Reaching = Pick<WakeContext, 'endpoints' | 'webPush' | 'platform' | 'telemetry'>;

const send = async (
  { endpoints, webPush, platform }: Reaching,
  target: PushTarget,
  { urgent, expires }: Push,
): Promise<'sent' | 'gone'> => {
  const ttl = Math.min(longest, Math.ceil((expires - platform.now()) / second));
  switch (target.kind) {
    case 'webpush':
      // Without a key of this cloud the subscription, which was made for one, is of no use.
      if (webPush === undefined) return 'gone';
      return webPush.send(target.subscription, { ttl, urgency: urgent ? 'high' : 'normal', topic: collapseKey });
    case 'fcm':
      return endpoints.publish(target.endpoint, fcmMessage({ ttl }));
    case 'apns':
    case 'apns_sandbox':
      return endpoints.publish(target.endpoint, apnsMessage(target.kind, { ttl, silent: target.silent }));
  }
};

/** Sends a push, to be kept for as long as the mail is wanted. `gone`: it leads nowhere any more. @throws to try again */
export const reach = async (context: Reaching, target: PushTarget, push: Push): Promise<'sent' | 'gone'> => {
  const { telemetry } = context;
  try {
    const outcome = await send(context, target, push);
    telemetry.tally('Wakeups', outcome === 'sent' ? 'sent' : 'failed');
    return outcome;
  } catch (error) {
    telemetry.tally('Wakeups', 'failed');
    throw error;
  }
};
