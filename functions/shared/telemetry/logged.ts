import { type Traceparent, traceIdOf } from '#protocol';
import { LoggedMessage, LoggedRequest, LoggedTrace } from './fields.ts';

const messageLength = 36;

/** The messages, each once, by ids of their own or of envelopes, which name the sender besides. @throws for any other */
export const loggedMessages = (ids: readonly string[]): LoggedMessage[] => [
  ...new Set(ids.map((id) => LoggedMessage.parse(id.slice(0, messageLength)))),
];

/** The traces that calls, or what has come of them, belong to. */
export const loggedTraces = (traceparents: readonly (Traceparent | undefined)[]): LoggedTrace[] => [
  ...new Set(traceparents.flatMap((one) => (one === undefined ? [] : [LoggedTrace.parse(traceIdOf(one))]))),
];

/** The id that the cloud has given to a request; nothing when it does not look like one. */
export const loggedRequest = (id: unknown): LoggedRequest | undefined => LoggedRequest.safeParse(id).data;
