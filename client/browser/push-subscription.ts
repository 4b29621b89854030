import { fromBase64Url, PushSubscription as Subscription, toBase64Url } from '#protocol';
import { ClientError } from '../errors.ts';
import type { Session } from '../session.ts';

type Worker = Pick<ServiceWorkerRegistration, 'pushManager'>;

/**
 * Has this device woken through the browser's push service; the registration is of a service worker that serves
 * `#client/service-worker`. Call it at every start, the first time when the person has asked for notifications: the
 * browser asks them too, and remembers a refusal.
 * @throws ClientError: `push_unavailable`, …; what the browser says: `NotAllowedError` when the person has refused, …
 */
export const subscribeToPush = async (
  session: Pick<Session, 'pushConfig' | 'registerPush'>,
  { pushManager }: Worker,
): Promise<void> => {
  const { webPushKey } = await session.pushConfig();
  if (webPushKey === undefined) throw new ClientError('push_unavailable', { details: 'webpush' });
  const existing = await pushManager.getSubscription();
  // The browser takes no other key as long as there is a subscription with one.
  if (existing !== null && keyOf(existing) !== webPushKey) await existing.unsubscribe();
  const applicationServerKey = fromBase64Url(webPushKey);
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await session.registerPush({ kind: 'webpush', subscription: Subscription.parse(subscription.toJSON()) });
};

/** Ends that, here and in the cloud. May be repeated. @throws ClientError */
export const unsubscribeFromPush = async (
  session: Pick<Session, 'unregisterPush'>,
  { pushManager }: Worker,
): Promise<void> => {
  await session.unregisterPush();
  const existing = await pushManager.getSubscription();
  await existing?.unsubscribe();
};

const keyOf = ({ options: { applicationServerKey } }: PushSubscription): string | undefined =>
  applicationServerKey === null ? undefined : toBase64Url(new Uint8Array(applicationServerKey));
