import * as z from 'zod/mini';
import { errorCodes, MessageId, methodNames } from '#protocol';

/** The functions that tell how they do. */
const functionNames = [
  'authorize',
  'connection',
  'session',
  'account',
  'pairing',
  'keys',
  'push',
  'relay',
  'close',
  'deadline',
  'notifier',
  'upkeep',
] as const;

/** Where something failed. */
const steps = ['call', 'queue', 'post', 'admission', 'wake'] as const;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Lambda's are UUIDs, API Gateway's base64 with its padding: nothing that Tandem makes looks like either. */
export const LoggedRequest = z
  .string()
  .check(z.refine((id) => uuid.test(id) || /^[\w+/-]{8,30}={1,2}$/.test(id), 'expected the id of a request'))
  .brand<'request'>();
export type LoggedRequest = z.infer<typeof LoggedRequest>;

export const LoggedMessage = MessageId.brand<'message'>();
export type LoggedMessage = z.infer<typeof LoggedMessage>;

export const LoggedTrace = z
  .string()
  .check(z.regex(/^[0-9a-f]{32}$/))
  .brand<'trace'>();
export type LoggedTrace = z.infer<typeof LoggedTrace>;

/** Of a device's address: see `hashed`. */
export const LoggedDevice = z
  .string()
  .check(z.regex(/^[\w-]{16}$/))
  .brand<'device'>();
export type LoggedDevice = z.infer<typeof LoggedDevice>;

const Count = z.int().check(z.nonnegative());

/**
 * All that may stand in a log beside metrics, each in its form. A text is either one of a closed list or of a branded
 * type, which only its schema gives: what a device has sent, a key, a token, an address does not type-check here, and
 * what gets past the types is refused by the schema.
 */
export const fields = {
  function: z.enum(functionNames),
  /** The route of a call. */
  method: z.enum(['$connect', '$disconnect', '$default', ...methodNames]),
  request: LoggedRequest,
  trace: LoggedTrace,
  /** Of what came by a queue. */
  traces: z.array(LoggedTrace),
  messages: z.array(LoggedMessage),
  /** The caller. */
  device: LoggedDevice,
  /** Whom the work from a queue is about. */
  devices: z.array(LoggedDevice),
  /** What the call was refused with. */
  code: z.enum(errorCodes),
  /** Where it failed. */
  what: z.enum(steps),
  /** Envelopes stored, and devices that they were posted to, or that were to be woken for them. */
  envelopes: Count,
  posted: Count,
  woken: Count,
  /** Envelopes delivered a second time. */
  redelivered: Count,
  /** Envelopes that their device has now. */
  acknowledged: Count,
} as const;

export type Fields = { [F in keyof typeof fields]: z.infer<(typeof fields)[F]> };
export type FieldName = keyof Fields;
/** What is undefined is left out. */
export type Given = { [F in FieldName]?: Fields[F] | undefined };

const isField = (name: string): name is FieldName => Object.hasOwn(fields, name);

/** Those that may stand in a log, and the names of those that may not. */
export const sift = (given: Given): { allowed: [FieldName, unknown][]; refused: string[] } => {
  const allowed: [FieldName, unknown][] = [];
  const refused: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (isField(name) && fields[name].safeParse(value).success) allowed.push([name, value]);
    else refused.push(isField(name) ? name : 'unknown');
  }
  return { allowed, refused };
};
