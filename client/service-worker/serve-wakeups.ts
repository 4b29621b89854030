import * as z from 'zod/mini';
import { PushRegistration } from '#protocol';

/** What a person sees; the options are the browser's. */
export type Notice = { title: string; options?: NotificationOptions };

export type WakeupHandlers = {
  /**
   * Says what to show when something waits; the push itself says nothing of it. Browsers want something shown for every
   * push, and may take the permission away: leave it out only while a page of the application is visible.
   */
  notice: (situation: { isVisible: boolean }) => Notice | undefined | Promise<Notice | undefined>;
  /** What to open when a notification is clicked on and no page of the application is open. */
  page: string;
  /** Has another subscription registered, since the browser has replaced the former one: by a session that is then closed. */
  register: (registration: PushRegistration) => Promise<void>;
};

/** What the cloud pushes: that something waits. */
const Wakeup = z.object({ event: z.literal('relay.waiting') });

/**
 * Serves wake-ups in a service worker; call it while the worker's script is first run. Pushes that do not come from
 * Tandem are left alone. Nothing is fetched here.
 */
export const serveWakeups = (worker: ServiceWorkerGlobalScope, { notice, page, register }: WakeupHandlers): void => {
  const pages = () => worker.clients.matchAll({ type: 'window', includeUncontrolled: true });

  const show = async (): Promise<void> => {
    const isVisible = (await pages()).some(({ visibilityState }) => visibilityState === 'visible');
    const shown = await notice({ isVisible });
    if (shown !== undefined) await worker.registration.showNotification(shown.title, shown.options);
  };

  const open = async (): Promise<void> => {
    const [first] = await pages();
    await (first === undefined ? worker.clients.openWindow(page) : first.focus());
  };

  const replace = async ({ newSubscription, oldSubscription }: PushSubscriptionChangeEvent): Promise<void> => {
    const { pushManager } = worker.registration;
    // Some browsers only say that the former one is gone. Without it the next start of the application sees to it.
    const subscription =
      newSubscription ?? (oldSubscription && (await pushManager.subscribe(optionsOf(oldSubscription))));
    if (subscription === null) return;
    await register(PushRegistration.parse({ kind: 'webpush', subscription: subscription.toJSON() }));
  };

  worker.addEventListener('push', (event) => {
    if (isWakeup(event.data)) event.waitUntil(show());
  });
  worker.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(open());
  });
  worker.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(replace(event)));
};

const isWakeup = (data: PushMessageData | null): boolean => {
  try {
    return Wakeup.safeParse(data?.json()).success;
  } catch {
    return false;
  }
};

const optionsOf = ({ options: { applicationServerKey } }: PushSubscription): PushSubscriptionOptionsInit => ({
  userVisibleOnly: true,
  applicationServerKey,
});
