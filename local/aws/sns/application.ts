import * as z from 'zod/mini';

export const platforms = ['APNS', 'APNS_SANDBOX', 'GCM'] as const;

/** An account with a push provider, through which phones are reached. */
export const Application = z.object({
  arn: z.string(),
  platform: z.enum(platforms),
  attributes: z.record(z.string(), z.string()),
});
export type Application = z.infer<typeof Application>;
export type Platform = Application['platform'];

/** One installation of an app on one phone. */
export const Endpoint = z.object({
  arn: z.string(),
  /** The ARN of its application. */
  application: z.string(),
  token: z.string(),
  enabled: z.boolean(),
  /** Nothing as good as empty. */
  userData: z.string(),
});
export type Endpoint = z.infer<typeof Endpoint>;

const ServiceAccount = z.object({
  type: z.literal('service_account'),
  project_id: z.string(),
  private_key: z.string(),
  client_email: z.string(),
});

/**
 * Whether a provider could take an application's credentials. For Apple: a certificate with its key, or a signing key
 * with its id, team and bundle. For Firebase: the service account's JSON as one string (SNS API, "CreatePlatformApplication").
 */
export const hasCredentials = ({ platform, attributes }: Application): boolean => {
  const { PlatformCredential: credential = '', PlatformPrincipal: principal = '' } = attributes;
  if (platform === 'GCM') return isServiceAccount(credential);
  if (!credential.includes('PRIVATE KEY')) return false;
  if (principal.includes('CERTIFICATE')) return true;
  return [principal, attributes['ApplePlatformTeamID'], attributes['ApplePlatformBundleID']].every(Boolean);
};

/** Whether a provider could have handed out a token. */
export const isToken = (platform: Platform, token: string): boolean =>
  platform === 'GCM' ? token !== '' : /^[0-9a-f]{1,400}$/i.test(token);

const isServiceAccount = (credential: string): boolean => {
  try {
    return z.safeParse(ServiceAccount, JSON.parse(credential)).success;
  } catch {
    return false;
  }
};
