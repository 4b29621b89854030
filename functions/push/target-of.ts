import { fromBase64Url, type PushRegistration, type PushSubscription, TandemError } from '#protocol';
import type { PushTarget } from '../shared/directory/index.ts';
import type { PushContext } from './context.ts';
import { isAllowedHost } from './is-allowed-host.ts';

const unavailable = ({ kind }: PushRegistration) => new TandemError('push_unavailable', { kind });
const wrong = (path: string, message: string) =>
  new TandemError('invalid_params', [{ path: `subscription.${path}`, message }]);

/** What is no point on the curve could never be encrypted to. */
const isPoint = async (p256dh: string): Promise<boolean> => {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  return crypto.subtle.importKey('raw', fromBase64Url(p256dh), curve, false, []).then(
    () => true,
    () => false,
  );
};

const checkSubscription = async ({ endpoint, keys }: PushSubscription, hosts: readonly string[]): Promise<void> => {
  if (!isAllowedHost(hosts, endpoint)) {
    throw wrong('endpoint', `expected an https: URL on the usual port of one of ${hosts.join(', ')}`);
  }
  if (!(await isPoint(keys.p256dh))) throw wrong('keys.p256dh', 'expected a point on P-256');
};

/**
 * Where the pushes of a registration go; `known` is the endpoint that the phone had until now.
 * @throws `push_unavailable`, `invalid_params`
 */
export const targetOf = async (
  { settings, endpoints }: Pick<PushContext, 'settings' | 'endpoints'>,
  registration: PushRegistration,
  known: string | undefined,
): Promise<PushTarget> => {
  if (registration.kind === 'webpush') {
    const { kind, subscription } = registration;
    if (settings.webPush === undefined) throw unavailable(registration);
    await checkSubscription(subscription, settings.webPush.hosts);
    return { kind, subscription };
  }
  const { kind, token } = registration;
  const application = settings.applications[kind];
  if (application === undefined) throw unavailable(registration);
  const endpoint = await endpoints.ensure({ application, token, known });
  return kind === 'fcm' ? { kind, endpoint } : { kind, endpoint, silent: registration.silent === true };
};
