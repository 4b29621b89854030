/** What SNS is asked to bring to a phone. */
export type PushMessage = {
  Message: string;
  MessageStructure: 'json';
  MessageAttributes: Record<string, { DataType: 'String'; StringValue: string }>;
};
/** `ttl`: seconds for which the phone's provider keeps it while the phone is off. */
export type Push = { ttl: number };

/** A push takes the place of the one before that the phone has not got: there is never more than one to be seen. */
export const collapseKey = 'tandem-wake';

/** All that anybody may read on a locked screen. */
const text = 'You may have new messages.';

const attribute = (StringValue: string) => ({ DataType: 'String' as const, StringValue });

/** SNS wants a default, for whom there is nothing else; nobody gets it here. */
const message = (
  platform: 'APNS' | 'APNS_SANDBOX' | 'GCM',
  payload: object,
  attributes: Record<string, string>,
): PushMessage => ({
  Message: JSON.stringify({ default: text, [platform]: JSON.stringify(payload) }),
  MessageStructure: 'json',
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`AWS.SNS.MOBILE.${name}`, attribute(value)]),
  ),
});

/**
 * An alert that says no more than that there may be mail: the app's notification service extension fetches it and
 * rewrites the alert, as `mutable-content` asks for. A silent push wakes the app in the background, with priority 5.
 * https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
 * https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app
 */
export const apnsMessage = (
  kind: 'apns' | 'apns_sandbox',
  { ttl, silent }: Push & { silent: boolean },
): PushMessage => {
  const platform = kind === 'apns' ? 'APNS' : 'APNS_SANDBOX';
  const alert = { alert: { body: text }, sound: 'default', 'mutable-content': 1 };
  return message(
    platform,
    { aps: silent ? { 'content-available': 1 } : alert },
    {
      'APNS.PUSH_TYPE': silent ? 'background' : 'alert',
      'APNS.PRIORITY': silent ? '5' : '10',
      'APNS.COLLAPSE_ID': collapseKey,
      [`${platform}.TTL`]: String(ttl),
    },
  );
};

/**
 * A data message: the app is run, fetches, and shows what it found, which is what Google wants high priority used for.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 */
export const fcmMessage = ({ ttl }: Push): PushMessage =>
  message(
    'GCM',
    {
      fcmV1Message: {
        message: {
          data: { event: 'relay.waiting' },
          android: { priority: 'high', ttl: `${ttl}s`, collapse_key: collapseKey },
        },
      },
    },
    {},
  );
