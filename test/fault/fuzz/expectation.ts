import * as z from 'zod/mini';
import { Call, type CallId, type ErrorCode, isMethod, type MethodName, methods } from '#protocol';
import { isNamedTwice } from './named-twice.ts';

/** What a frame should be answered with, by the letter of JSON-RPC and of the method table. */
export type Expectation = {
  /** The id of the answer; undefined when none may come. */
  id: CallId | null | undefined;
  /** The method, when the call is good enough to be served. */
  method?: MethodName;
  /** Why it is refused otherwise. */
  error?: ErrorCode;
};

const Routed = z.object({ method: z.string() });
const Identified = z.object({ id: Call.shape.id });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Whether the gateway answers nothing on this route, whatever its function says. */
const isSilent = (route: string): boolean =>
  route === '$connect' || route === '$disconnect' || (isMethod(route) && methods[route].oneWay === true);

export const expectationOf = (text: string): Expectation => {
  const frame = parse(text);
  if (frame === undefined) return { id: null, error: 'parse_error' };
  if (isSilent(Routed.safeParse(frame).data?.method ?? '')) return { id: undefined };
  const call = Call.safeParse(frame);
  if (!call.success || isNamedTwice(text)) {
    return { id: Identified.safeParse(frame).data?.id ?? null, error: 'invalid_request' };
  }
  const { id, method, params = {} } = call.data;
  if (!isMethod(method)) return { id, error: 'method_not_found' };
  return methods[method].params.safeParse(params).success ? { id, method } : { id, method, error: 'invalid_params' };
};
