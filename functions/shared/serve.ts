import english from 'zod/v4/locales/en.js';
import * as z from 'zod/mini';
import type { Call, CallId, Capability, MethodName, MethodsOf, Params, Result } from '#protocol';
import { Call as CallSchema, isMethod, methods, TandemError } from '#protocol';
import type { CallerOf } from './caller.ts';
import { authorize, callerOf } from './caller.ts';
import { charge } from './charge.ts';
import type { Directory } from './directory/index.ts';
import { toErrorObject } from './error-object.ts';
import { GatewayEvent, type GatewayResponse } from './event.ts';
import type { Platform } from './platform.ts';
import type { CloseLater } from './closing.ts';
import type { Rates } from './rates.ts';
import type { Telemetry } from './telemetry/index.ts';
import { hasUniqueNames } from './unique-names.ts';

/** The rule of one method, and nothing else: it knows neither frames nor AWS. */
export type UseCase<M extends MethodName, Context> = (
  context: Context,
  caller: CallerOf<M>,
  params: Params<M>,
) => Promise<Result<M>>;

/** A use case for every method of the capabilities: a missing one does not type-check. */
export type UseCases<C extends Capability, Context> = { [M in MethodsOf<C>]: UseCase<M, Context> };

// Without a locale zod says no more than "Invalid input".
z.config(english());

/** A function without `rates` counts nothing: all its methods are free. */
type Serving = {
  platform: Platform;
  telemetry: Telemetry;
  directory?: Directory;
  rates?: Rates;
  closing?: CloseLater;
};

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

/** The gateway and this function must not read one frame in two ways. */
const checkNames = (body: string, frame: unknown): void => {
  if (!hasUniqueNames(body, frame)) {
    throw new TandemError('invalid_request', 'no object may name a member twice');
  }
};

/** How much of a bad frame an answer repeats, so that it fits a frame itself: a list can be wrong at every place. */
const issuesTold = 20;
const nameTold = 64;

const issuesOf = (error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }) =>
  error.issues.slice(0, issuesTold).map(({ path, message }) => ({ path: path.join('.'), message }));

const Identified = z.object({ id: CallSchema.shape.id });

/** The id of a frame that is no valid call, where it can be told: null for one that is none (JSON-RPC 2.0 §5). */
const idOf = (frame: unknown): CallId | null => Identified.safeParse(frame).data?.id ?? null;

const unknownMethod = (method: string): TandemError =>
  new TandemError('method_not_found', { method: method.slice(0, nameTold) });

/** The gateway chose the route by its own reading of the frame: a body that reads otherwise here is refused. */
const checkRoute = (call: Call, route: string): void => {
  if (call.method === route) return;
  if (route === '$default' && !isMethod(call.method)) throw unknownMethod(call.method);
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
    const { platform, directory, rates } = context;
    const claimant = callerOf(event);
    // Both end before the answer does: the cloud freezes what is still running then.
    const [authorized, charged] = await Promise.allSettled([
      authorize(method, claimant, { now: platform.now(), directory }),
      rates && charge(rates, method, claimant),
    ]);
    if (charged.status === 'rejected') throw charged.reason;
    if (authorized.status === 'rejected') throw authorized.reason;
    const caller = authorized.value;
    return useCases[method](context, caller, params.data);
  };

  /** Whoever goes on though it is refused is cut off. */
  const refuse = async (connection: string): Promise<void> => {
    const { rates, closing } = context;
    if (rates && (await rates.refused(connection))) await closing?.close([{ connection }]);
  };

  const answer = async (event: GatewayEvent): Promise<GatewayResponse> => {
    const { routeKey, requestId, connectionId, authorizer } = event.requestContext;
    const { telemetry } = context;
    const address = authorizer?.address;
    telemetry.note({
      method: isMethod(routeKey) ? routeKey : '$default',
      ...(address !== undefined && { device: telemetry.hashed(address) }),
    });
    let id: CallId | null | undefined = null;
    try {
      const body = event.body ?? '';
      const frame = parseJson(body);
      id = idOf(frame);
      checkNames(body, frame);
      const call = CallSchema.safeParse(frame);
      if (!call.success) throw new TandemError('invalid_request', issuesOf(call.error));
      id = call.data.id;
      if (call.data.traceparent !== undefined) telemetry.follow(call.data.traceparent);
      checkRoute(call.data, routeKey);
      if (!serves(call.data.method)) throw unknownMethod(call.data.method);
      const result = await run(call.data.method, call.data, event);
      return id === undefined ? { statusCode: 200 } : reply({ id, result });
    } catch (error) {
      const refusal = toErrorObject(error, requestId);
      const { code } = refusal.data;
      telemetry.refusal(code);
      if (code === 'internal') telemetry.failure('call', error);
      if (code === 'rate_limited') await refuse(connectionId);
      return id === undefined ? { statusCode: 200 } : reply({ id, error: refusal });
    }
  };

  return async (raw) => {
    const event = GatewayEvent.parse(raw);
    return context.telemetry.invocation(event.requestContext.requestId, () => answer(event));
  };
};
