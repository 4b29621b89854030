import * as z from 'zod/mini';
import { AdmissionPolicy } from './admission-policy.ts';
import { envNames } from './env-names.ts';
import { PushSettings } from './push-settings.ts';
import { quotaNames } from './quotas.ts';

/** Of EventBridge Scheduler: the group of the schedules, the ARN of the queue they lead to, and of the role that may send there. */
const ScheduleSettings = z.object({ group: z.string(), queue: z.string(), role: z.string() });
export type ScheduleSettings = z.infer<typeof ScheduleSettings>;

/** A setting that is written as JSON. */
const json = z.pipe(
  z.string(),
  z.transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', input: text, message: 'expected JSON' });
      return z.NEVER;
    }
  }),
);

const settings = {
  stage: z.string().check(z.minLength(1)),
  logSalt: z.string().check(z.minLength(1)),
  directoryTable: z.string().check(z.minLength(3)),
  mailboxesTable: z.string().check(z.minLength(3)),
  closingQueue: z.url(),
  deadlineQueue: z.url(),
  wakeupTopic: z.string().check(z.startsWith('arn:')),
  releaseQueue: z.url(),
  endpoint: z.url({ protocol: /^wss?$/ }),
  host: z.optional(z.string().check(z.minLength(1))),
  minimumClient: z.string().check(z.regex(/^\d+\.\d+\.\d+$/)),
  quotas: z.pipe(json, z.record(z.enum(quotaNames), z.int())),
  admission: z.pipe(json, AdmissionPolicy),
  push: z.pipe(json, PushSettings),
  schedules: z.pipe(json, ScheduleSettings),
};
export const {
  stage,
  logSalt,
  directoryTable,
  mailboxesTable,
  closingQueue,
  deadlineQueue,
  wakeupTopic,
  releaseQueue,
  endpoint,
  host,
  minimumClient,
  quotas,
  admission,
  push,
  schedules,
} = settings;

const isName = (name: string): name is keyof typeof envNames => Object.hasOwn(envNames, name);

/** The settings that this function asks for. @throws at start, naming the variables that are missing or malformed. */
export const readEnv = <S extends Partial<typeof settings>>(wanted: S): z.infer<z.ZodMiniObject<S>> => {
  const names = Object.keys(wanted).filter(isName);
  const given = Object.fromEntries(names.map((name) => [name, process.env[envNames[name]]]));
  const parsed = z.object(wanted).safeParse(given);
  if (parsed.success) return parsed.data;
  const bad = names.filter((name) => parsed.error.issues.some(({ path }) => path[0] === name));
  throw new Error(`environment: ${bad.map((name) => envNames[name]).join(', ')} missing or malformed`);
};

/** The host that clients connect to, which connect tokens name as audience and statements as their place. */
export const publicHost = (env: { endpoint: string; host?: string | undefined }): string =>
  env.host ?? new URL(env.endpoint).host;
