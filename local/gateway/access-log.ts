import type { Stage } from './read-stages.ts';
import type { RequestContext } from './request-context.ts';

type Variables = Record<string, string | number | undefined>;

/** Log variables beyond those of the request context, by their names without `$context.`; `undefined` is left out. */
type LogFacts = { status: number } & Variables;

export type AccessLog = (stage: Stage, context: RequestContext, facts: LogFacts) => void;

/** Writes one line for each request in the stage's AccessLogSettings.Format; nothing for a stage without one. */
export const accessLog =
  (write: (line: string) => void): AccessLog =>
  ({ logFormat }, context, facts) => {
    if (logFormat !== undefined) write(render(logFormat, { ...flatten(context), ...facts }));
  };

/** A variable without a value is written as `-`. */
const render = (format: string, variables: Variables): string =>
  format.replaceAll(/\$context\.(\w+(?:\.\w+)*)/g, (_variable, name: string) => String(variables[name] ?? '-'));

/** The request context with `identity.sourceIp` and the like for what lies deeper. */
const flatten = ({ identity, authorizer, ...context }: RequestContext): Variables => ({
  ...context,
  ...prefixed('identity', identity),
  ...prefixed('authorizer', authorizer ?? {}),
});

const prefixed = (prefix: string, values: Record<string, string>): Variables =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));
