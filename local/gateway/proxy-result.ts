import * as z from 'zod/mini';

import type { Failure, Outcome } from './call-function.ts';

const HeaderValue = z.union([z.string(), z.number(), z.boolean()]);

/** What a Lambda proxy integration may return. One unknown key makes the whole malformed (middyjs/middy#1219). */
const ProxyResult = z.strictObject({
  statusCode: z.int().check(z.gte(200), z.lte(599)),
  headers: z.optional(z.record(z.string(), HeaderValue)),
  multiValueHeaders: z.optional(z.record(z.string(), z.array(HeaderValue))),
  body: z.nullish(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});

export type ProxyResult = z.infer<typeof ProxyResult>;

export type ProxyFailure = Failure | { failure: 'malformed'; message: string };

/** The function's answer, or why it is none. Unverified: that a statusCode given as text is malformed. */
export const proxyResult = (outcome: Outcome): ProxyResult | ProxyFailure => {
  if ('failure' in outcome) return outcome;
  const parsed = z.safeParse(ProxyResult, outcome.payload);
  return parsed.success ? parsed.data : { failure: 'malformed', message: z.prettifyError(parsed.error) };
};

/** The value of a response header, by its name without regard to case. */
export const headerOf = ({ headers, multiValueHeaders }: ProxyResult, name: string): string | undefined => {
  const all = [...Object.entries(multiValueHeaders ?? {}), ...Object.entries(headers ?? {})];
  const value = all.find(([key]) => key.toLowerCase() === name)?.[1];
  return value === undefined ? undefined : String(value);
};
