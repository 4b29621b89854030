import { encryptNotification, vapidHeaders } from '@block65/webcrypto-web-push';
import { type Bytes, type PushSubscription, utf8 } from '#protocol';
import type { PushSettings } from '../shared/push-settings.ts';
import { PushServiceError } from './push-service-error.ts';
import { readVapidKey } from './read-vapid-key.ts';

type Settings = Pick<NonNullable<PushSettings['webPush']>, 'subject' | 'publicKey' | 'secret'>;

/** RFC 8030 §5: for how many seconds it is kept, whether it is worth a battery, and what it takes the place of. */
type Delivery = { ttl: number; urgency: 'normal' | 'high'; topic?: string };

type Surroundings = {
  /** The private key's `d`. */
  privateKey: () => Promise<string>;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
};

/** What every browser is told: nothing of who wrote, what, or how much. */
const content = utf8(JSON.stringify({ event: 'relay.waiting' }));

/** How long a push service may take to answer, in milliseconds. */
const patience = 5000;

/** Reaches browsers through their push services (RFC 8030), encrypted (RFC 8291), with the deployment's key (RFC 8292). */
export const createWebPush = (settings: Settings, surroundings: Surroundings = platformOf(settings)) => {
  const { subject, publicKey } = settings;
  const { privateKey, fetch } = surroundings;

  const post = async (endpoint: string, headers: Record<string, string>, body: Bytes): Promise<Response> => {
    // The allow-list is about the host that was registered, not about where that would lead to.
    const rules = { redirect: 'manual', signal: AbortSignal.timeout(patience) } as const;
    try {
      const response = await fetch(endpoint, { method: 'POST', headers, body, ...rules });
      await response.body?.cancel();
      return response;
    } catch (cause) {
      throw new PushServiceError({ cause });
    }
  };

  return {
    /**
     * Wakes a browser. `gone`: its subscription is no more.
     * @throws PushServiceError when its push service could not be reached, or does not take it, now or at all
     */
    send: async (subscription: PushSubscription, delivery: Delivery): Promise<'sent' | 'gone'> => {
      const target = { ...subscription, expirationTime: null };
      const [body, vapid] = await Promise.all([
        // Padding would hide the length of what is always the same.
        encryptNotification(target, content, { pad: false }),
        vapidHeaders(target, { subject, publicKey, privateKey: await privateKey() }),
      ]);
      const { ok, status } = await post(target.endpoint, { ...vapid.headers, ...describe(delivery) }, body);
      if (ok) return 'sent';
      if (status === 404 || status === 410) return 'gone';
      throw new PushServiceError({ status });
    },
  };
};
export type WebPush = ReturnType<typeof createWebPush>;

const platformOf = ({ secret }: Settings): Surroundings => ({
  privateKey: readVapidKey(secret),
  fetch: (url, init) => fetch(url, init),
});

const describe = ({ ttl, urgency, topic }: Delivery): Record<string, string> => ({
  'content-encoding': 'aes128gcm',
  'content-type': 'application/octet-stream',
  ttl: String(ttl),
  urgency,
  ...(topic !== undefined && { topic }),
});
