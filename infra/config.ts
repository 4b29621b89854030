import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';

/** The command line knows texts only. */
const numeric = (value: unknown): unknown => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value);
const wholeNumber = (least: number, most: number) => z.preprocess(numeric, z.int().gte(least).lte(most));

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
  /** The oldest client that may go on without an update, as `session.time` tells it. */
  minimumClient: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'expected a version like 1.4.0')
    .default('0.0.0'),
  /** The default limit of a route in frames a second; the account's 10 000 are shared with all its other APIs. */
  throttlingRate: wholeNumber(1, 10_000).default(2000),
  /** Frames that a route may take at once. */
  throttlingBurst: wholeNumber(1, 5000).default(1000),
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
  const malformed = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = path.join('.');
    return `${prefix}${name} is ${JSON.stringify(values[name])}: ${message}. Change it in cdk.json or with -c ${prefix}${name}=….`;
  });
  throw new Error([...unknown, ...malformed].join('\n'));
};

/** Whether the stage's data may go with its stack. Everything that is not plainly somebody's trial is kept. */
export const isDisposable = ({ stage }: Config): boolean => /^dev(-|$)/.test(stage);
