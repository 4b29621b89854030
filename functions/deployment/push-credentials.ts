import * as z from 'zod/mini';

/** The push platforms of SNS that are used. */
export const platforms = ['APNS', 'APNS_SANDBOX', 'GCM'] as const;
export type Platform = (typeof platforms)[number];

const Pem = z.string().check(z.includes('PRIVATE KEY'));

/** Apple's signing key for push, the .p8 file's text, with what Apple's developer pages say beside it. */
const AppleKey = z.object({
  keyId: z.string().check(z.regex(/^[A-Z0-9]{10}$/)),
  teamId: z.string().check(z.regex(/^[A-Z0-9]{10}$/)),
  bundleId: z.string().check(z.regex(/^[\w.-]+$/)),
  privateKey: Pem,
});

/** What Firebase's console gives as a service account's private key, a file of JSON. */
const ServiceAccount = z.looseObject({
  type: z.literal('service_account'),
  project_id: z.string(),
  client_email: z.string(),
  private_key: Pem,
});

/**
 * What SNS asks for (API, "CreatePlatformApplication"), of what is in a secret. One key of Apple's serves production
 * and sandbox. @throws what is wrong with the secret, by the names of its fields only
 */
export const credentialsOf = (platform: Platform, name: string, secret: string): Record<string, string> => {
  if (platform === 'GCM') return { PlatformCredential: JSON.stringify(parse(ServiceAccount, name, secret)) };
  const { keyId, teamId, bundleId, privateKey } = parse(AppleKey, name, secret);
  return {
    PlatformPrincipal: keyId,
    PlatformCredential: privateKey,
    ApplePlatformTeamID: teamId,
    ApplePlatformBundleID: bundleId,
  };
};

/** Nothing of a secret may be in an error: CloudFormation shows it. */
const parse = <T>(schema: z.ZodMiniType<T>, name: string, secret: string): T => {
  const parsed = schema.safeParse(parseJson(name, secret));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).filter(Boolean);
  const what = fields.length === 0 ? 'is not a JSON object' : `misses ${fields.join(', ')}, or has it malformed`;
  throw new Error(`The secret ${name} ${what}: store it as docs/push.md says.`);
};

const parseJson = (name: string, secret: string): unknown => {
  try {
    return JSON.parse(secret);
  } catch {
    throw new Error(`The secret ${name} is not JSON: store it as docs/push.md says.`);
  }
};
