import * as z from 'zod/mini';

const sometimes = {
  /** How likely it strikes what it matches, from 0 to 1. */
  rate: z._default(z.number().check(z.gte(0), z.lte(1)), 1),
  /** After so many strikes it is over; without it, never. */
  times: z.optional(z.int().check(z.gte(1))),
};

/** A name, in which `*` stands for any characters. */
const pattern = z.string().check(z.minLength(1));
/** Milliseconds, more than none. */
const span = (most: number) => z.number().check(z.gt(0), z.lte(most));
const anyCall = { service: pattern, operation: pattern };
const quarterHour = 900_000;

const rule = <K extends string, S extends z.core.$ZodLooseShape>(kind: K, fields: S) => {
  const shape = { kind: z.literal(kind), ...fields, ...sometimes };
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys' ? `${String(keys)} is no field of it: these are ${known}` : undefined,
  });
};

/** What can go wrong, by kind. Services are named as in a signature (`dynamodb`), functions by name or logical id. */
export const Fault = z.discriminatedUnion('kind', [
  /** A call is answered with an error of AWS instead of being done. */
  rule('error', { ...anyCall, error: pattern, status: z.optional(z.int().check(z.gte(400), z.lte(599))) }),
  /** A call waits before it is done, by a log-normal distribution. */
  rule('latency', { ...anyCall, median: span(quarterHour), p99: span(quarterHour) }).check(
    z.refine(({ median, p99 }) => p99 >= median, { path: ['p99'], error: 'must not be less than the median' }),
  ),
  /** A call is done, and the connection cut before the answer. */
  rule('lost-response', anyCall),
  /** A random part of a batch is not done and handed back, or the whole refused. */
  rule('unprocessed', { operation: z.enum(['BatchWriteItem', 'BatchGetItem']) }),
  /** A call collides with a transaction of somebody else. */
  rule('transaction-conflict', {
    operation: z._default(
      z.enum(['TransactWriteItems', 'TransactGetItems', 'PutItem', 'UpdateItem', 'DeleteItem']),
      'TransactWriteItems',
    ),
  }),
  /** A read without `ConsistentRead` is served from a state of up to so long ago. */
  rule('stale-read', { milliseconds: span(1000) }),
  /** A function gets the same event twice, at the same time. */
  rule('duplicate-invocation', { function: pattern }),
  /** A function's environment is killed within so many milliseconds of its handler's start. */
  rule('crash', { function: pattern, within: span(quarterHour) }),
  /** The end of a connection is told to nobody. */
  rule('drop-disconnect', {}),
  /** From one frame on a client and the gateway hear nothing of each other, and neither is told. */
  rule('half-open', {}),
  /** A `POST @connections` is refused. */
  rule('post-failure', { status: z.literal([410, 429, 500, 503]) }),
]);

/** A fault with its defaults filled in. */
export type Fault = z.infer<typeof Fault>;
/** A fault as it is given. */
export type FaultInput = z.input<typeof Fault>;
export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** What a schema makes of a value. Throws with every bad field, where it is, and what it may be. */
export const parseFaults = <T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T => {
  const parsed = z.safeParse(schema, value, { error: z.locales.en().localeError });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`,
  );
  throw new Error(`${what}: ${issues.join('; ')}.`);
};
