import * as z from 'zod';

const secret = z
  .string()
  .regex(/^[\w/+=.@-]{1,256}$/, 'expected the name of a secret')
  .optional();

/** The push services of Chrome, Firefox, Edge on Windows, and Safari. */
const pushServices = ['fcm.googleapis.com', '*.push.services.mozilla.com', '*.notify.windows.com', '*.push.apple.com'];

/** The command line knows texts only. */
const listed = (value: unknown): unknown => (typeof value === 'string' ? value.split(',') : value);

/** How sleeping devices are woken: docs/push.md says what belongs into the secrets. */
export const pushSettings = {
  /** The name of the secret in Secrets Manager with Apple's signing key: turns on `apns` and `apns_sandbox`. */
  apnsSecret: secret,
  /** The name of the secret with Firebase's service account: turns on `fcm`. */
  fcmSecret: secret,
  /** Whom push services of browsers may write to, `mailto:` or `https:` (RFC 8292): turns on `webpush`. */
  webPushSubject: z
    .string()
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'expected mailto: with an address, or an https: URL')
    .optional(),
  /** The hosts of push services that browsers may name; `*.` stands for any one below. */
  webPushHosts: z
    .preprocess(
      listed,
      z
        .array(
          z
            .string()
            .regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'expected hosts in lower case without scheme and port'),
        )
        .min(1, 'expected one host or more'),
    )
    .default(pushServices),
};

type PushConfig = { [Setting in 'apnsSecret' | 'fcmSecret' | 'webPushSubject']?: string | undefined };

/** Which kinds of push are on, and how the others are turned on, in one line for the deployer. */
export const describePush = ({ apnsSecret, fcmSecret, webPushSubject }: PushConfig): string => {
  const kinds = [
    { kind: 'apns', setting: 'tandem.apnsSecret', isOn: apnsSecret !== undefined },
    { kind: 'apns_sandbox', setting: 'tandem.apnsSecret', isOn: apnsSecret !== undefined },
    { kind: 'fcm', setting: 'tandem.fcmSecret', isOn: fcmSecret !== undefined },
    { kind: 'webpush', setting: 'tandem.webPushSubject', isOn: webPushSubject !== undefined },
  ];
  return kinds.map(({ kind, setting, isOn }) => `${kind}: ${isOn ? 'on' : `off, set ${setting}`}`).join('; ');
};
