import english from 'zod/v4/locales/en.js';
import { config } from 'zod/mini';
import type { Call, CallId, Capability, MethodName, MethodsOf, Params, Result } from '#protocol';
import { Call as CallSchema, errors, isMethod, methods, TandemError } from '#protocol';
import type { CallerOf } from './caller.ts';
import { authorize, callerOf } from './caller.ts';
import type { Directory } from './directory/index.ts';
import { toErrorObject } from './error-object.ts';
import { GatewayEvent, type GatewayResponse } from './event.ts';
import type { Log } from './log.ts';
import type { Platform } from './platform.ts';

/** The rule of one method, and nothing else: it knows neither frames nor AWS. */
export type UseCase<M extends MethodName, Context> = (
  context: Context,
  caller: CallerOf<M>,
  params: Params<M>,
) => Promise<Result<M>>;

/** A use case for every method of the capabilities: a missing one does not type-check. */
export type UseCases<C extends Capability, Context> = { [M in MethodsOf<C>]: UseCase<M, Context> };

// Without a locale zod says no more than "Invalid input".
config(english());

type Serving = { platform: Platform; log: Log; directory?: Directory };

const reply = (body: object): GatewayResponse => ({
  statusCode: 200,
  body: JSON.stringify({ jsonrpc: '2.0', ...body }),
});

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw new TandemError('parse_error');
  }
};

const issuesOf = (error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }) =>
  error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));

/** The id of a frame that is no valid call, where it can be told (JSON-RPC 2.0 §5). */
const idOf = (frame: unknown): CallId | null => {
  const id = typeof frame === 'object' && frame !== null && 'id' in frame ? frame.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
};

/** The gateway chose the route by its own reading of the frame: a body that reads otherwise here is refused. */
const checkRoute = (call: Call, route: string): void => {
  if (call.method === route) return;
  if (route === '$default' && !isMethod(call.method))
    throw new TandemError('method_not_found', { method: call.method });
  throw new TandemError('invalid_request', 'the method must be named once');
};

/**
 * The Lambda handler of the methods of some capabilities: frame → call → caller → use case → answer. Every failure
 * is answered by name; what nobody expected is `internal`, with the id under which the log has the reason.
 */
export const serve = <C extends Capability, Context extends Serving>(
  useCases: UseCases<C, Context>,
  context: Context,
): ((event: unknown) => Promise<GatewayResponse>) => {
  const serves = (method: string): method is MethodsOf<C> => Object.hasOwn(useCases, method);

  const run = async <M extends MethodsOf<C>>(method: M, call: Call, event: GatewayEvent): Promise<Result<M>> => {
    const params = methods[method].params.safeParse(call.params ?? {});
    if (!params.success) throw new TandemError('invalid_params', issuesOf(params.error));
    const authority = { now: context.platform.now(), directory: context.directory };
    const caller = await authorize(method, callerOf(event), authority);
    return useCases[method](context, caller, params.data);
  };

  return async (raw) => {
    const event = GatewayEvent.parse(raw);
    const { routeKey, requestId } = event.requestContext;
    let id: CallId | null | undefined = null;
    try {
      const frame = parseJson(event.body ?? '');
      id = idOf(frame);
      const call = CallSchema.safeParse(frame);
      if (!call.success) throw new TandemError('invalid_request', issuesOf(call.error));
      id = call.data.id;
      checkRoute(call.data, routeKey);
      if (!serves(call.data.method)) throw new TandemError('method_not_found', { method: call.data.method });
      const result = await run(call.data.method, call.data, event);
      return id === undefined ? { statusCode: 200 } : reply({ id, result });
    } catch (error) {
      const answer = toErrorObject(error, requestId);
      if (answer.code === errors.internal.rpc) context.log.failure(routeKey, error, requestId);
      return id === undefined ? { statusCode: 200 } : reply({ id, error: answer });
    }
  };
};
