import type { Connection } from './request-context.ts';

/** What happens on the API's connections, as whoever counts or watches it is told. */
export type Traffic =
  | { kind: 'opened' | 'closed'; connection: Connection }
  /** A client's message, and the frame that goes back for it: the route's response, or the edge's own error. */
  | { kind: 'received' | 'answered'; connection: Connection; routeKey: string; bytes: number }
  /** A message by `POST @connections`; `trace` is the request's `X-Amzn-Trace-Id`. */
  | { kind: 'posted'; connection: Connection; bytes: number; trace: string | undefined };
