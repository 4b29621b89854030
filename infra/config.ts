import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import type { AdmissionPolicy } from '../functions/shared/admission-policy.ts';
import { quotaNames, type Quotas, type QuotaName, quotas } from '../functions/shared/quotas.ts';
import { pushSettings } from './push-config.ts';

/** The command line knows texts only. */
const numeric = (value: unknown): unknown => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value);
const wholeNumber = (least: number, most: number) => z.preprocess(numeric, z.int().gte(least).lte(most));
const email = z.email('expected an e-mail address').optional();
const allowed = (name: QuotaName) => wholeNumber(1, 1_000_000_000).default(quotas[name].default);
const settingsOf = <T>(of: (name: QuotaName) => T): Record<QuotaName, T> =>
  z.record(z.enum(quotaNames), z.custom<T>()).parse(Object.fromEntries(quotaNames.map((name) => [name, of(name)])));

/**
 * What a deployer may decide, each as `tandem.<setting>`: in the `context` of cdk.json for good, or on the command
 * line for once, as in `cdk deploy -c tandem.stage=prod -c tandem.host=chat.example.org`.
 */
const Config = z.object({
  /**
   * One deployment among others in the account; it names the stack and the API's stage. All keep their data when the
   * stack is deleted, except `dev` and whatever starts with `dev-`.
   */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected 1 to 32 lower-case letters, digits and hyphens, a letter first')
    .default('dev'),
  /** The host that clients connect to, where a domain of your own leads to the endpoint; tokens are made out to it. */
  host: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/, 'expected a host in lower case without scheme and path')
    .optional(),
  /** The ARN of a certificate for `host` in ACM, in the stack's region: then the stack serves that domain itself. */
  certificate: z
    .string()
    .regex(/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'expected the ARN of a certificate in ACM')
    .optional(),
  /**
   * The table that `Directory` of a stage was restored to, which takes the place of the stack's own: docs/restore.md.
   * By stages, in cdk.json alone: no other stage that is deployed from there may get the people of this one.
   */
  directoryTables: z
    .record(z.string(), z.string().regex(/^[\w.-]{3,255}$/, 'expected the name of a table'), {
      error: 'expected the names of tables by stages, as in {"prod": "tandem-prod-directory-2"}',
    })
    .optional(),
  /** The oldest client that may go on without an update, as `session.time` tells it. */
  minimumClient: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'expected a version like 1.4.0')
    .default('0.0.0'),
  /** The default limit of a route in frames a second; the account's 10 000 are shared with all its other APIs. */
  throttlingRate: wholeNumber(1, 10_000).default(2000),
  /** Frames that a route may take at once. */
  throttlingBurst: wholeNumber(1, 5000).default(1000),
  /** Who may register an account: anybody (`open`), or who brings a ticket that your own backend has signed. */
  admission: z.enum(['open', 'ticket']).default('open'),
  /** The `iss` of tickets. */
  ticketIssuer: z.string().min(1).optional(),
  /** Where the public keys of tickets are, as a JWKS (RFC 7517); or else: */
  ticketJwks: z.url({ protocol: /^https$/, error: 'expected an https: URL' }).optional(),
  /** The name of the secret in Secrets Manager, at least 32 characters, that signs tickets with HS256. */
  ticketSecret: z
    .string()
    .regex(/^[\w/+=.@-]{1,256}$/, 'expected the name of a secret')
    .optional(),
  ...pushSettings,
  /** How much of what is allowed: see functions/shared/quotas.ts. */
  ...settingsOf(allowed),
  /** Whom an alarm reaches that cannot wait; each gets a mail to confirm first. Other ways: subscribe to the topics. */
  pageEmail: email,
  /** Whom one reaches that can wait until the morning. */
  ticketEmail: email,
  /** USD: an alarm tells when a day comes to so much at the rate of the last hours. */
  costPerDay: wholeNumber(1, 1_000_000).default(10),
  /** Days for which logs are kept: one of CloudWatch's periods. */
  logRetentionDays: z.preprocess(numeric, z.enum(RetentionDays)).default(RetentionDays.ONE_MONTH),
});
export type Config = z.infer<typeof Config>;

const Context = z.record(z.string(), z.unknown());
const prefix = 'tandem.';
const names = Object.keys(Config.shape).map((name) => prefix + name);

/**
 * The settings in the context of a CDK app, with defaults for those that are not there.
 * @throws with one line for each unknown or malformed setting, saying how to mend it.
 */
export const readConfig = (context: unknown): Config => {
  const settings = Object.entries(Context.parse(context)).filter(([name]) => /^tandem\b/.test(name));
  const unknown = settings
    .filter(([name]) => !names.includes(name))
    .map(([name]) => `${name} is not a setting: remove it, or use one of ${names.join(', ')}.`);

  const values = Object.fromEntries(settings.map(([name, value]) => [name.slice(prefix.length), value]));
  const parsed = Config.safeParse(values);
  if (parsed.success && unknown.length === 0) return parsed.data;
  const malformed = (parsed.error?.issues ?? []).map(({ path: [setting], message }) => {
    const name = String(setting);
    return `${prefix}${name} is ${JSON.stringify(values[name])}: ${message}. Change it in cdk.json or with -c ${prefix}${name}=….`;
  });
  throw new Error([...unknown, ...malformed].join('\n'));
};

/** Who may register. @throws when a setting of tickets is missing, or one too many, saying how to mend it. */
export const admissionPolicy = ({ admission, ticketIssuer, ticketJwks, ticketSecret }: Config): AdmissionPolicy => {
  if (admission === 'open') return { kind: 'open' };
  if (ticketIssuer === undefined) throw new Error('tandem.admission is "ticket": set tandem.ticketIssuer too.');
  if (ticketJwks !== undefined && ticketSecret === undefined) {
    return { kind: 'jwks', issuer: ticketIssuer, url: ticketJwks };
  }
  if (ticketSecret !== undefined && ticketJwks === undefined) {
    return { kind: 'secret', issuer: ticketIssuer, secret: ticketSecret };
  }
  throw new Error('tandem.admission is "ticket": set either tandem.ticketJwks or tandem.ticketSecret too.');
};

export type Domain = { host: string; certificate: string };

/** The domain that the stack serves, where there is one. @throws when it has a certificate and no name */
export const customDomain = ({ host, certificate }: Config): Domain | undefined => {
  if (certificate === undefined) return undefined;
  if (host === undefined)
    throw new Error('tandem.certificate is set: set tandem.host, the domain that it is for, too.');
  return { host, certificate };
};

/** How much of what is allowed. */
export const quotasOf = (config: Config): Quotas => settingsOf((name) => config[name]);

/** Whether the stage's data may go with its stack. Everything that is not plainly somebody's trial is kept. */
export const isDisposable = ({ stage }: Config): boolean => /^dev(-|$)/.test(stage);
