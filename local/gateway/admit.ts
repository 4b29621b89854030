import type { IncomingMessage } from 'node:http';

import { askAuthorizer } from './ask-authorizer.ts';
import type { Edge } from './edge.ts';
import { readHandshake, type Handshake } from './handshake.ts';
import { newId } from './ids.ts';
import { limits } from './limits.ts';
import { headerOf, type ProxyFailure, proxyResult, type ProxyResult } from './proxy-result.ts';
import type { Route } from './read-routes.ts';
import { type Connection, requestContext, stageVariables } from './request-context.ts';

/** A client that may connect, with the subprotocol that `$connect` chose, or the HTTP status that refuses it. */
export type Admission = { connection: Connection; subprotocol: string | undefined } | { refused: number };

/** Decides an upgrade: throttles, then the authorizer, then `$connect`, which must answer 2xx before there is a 101. */
export const admit = async (edge: Edge, request: IncomingMessage): Promise<Admission> => {
  // Unverified: the status for a longer URL.
  if ((request.url ?? '').length > limits.urlCharacters) return { refused: 414 };
  const now = edge.clock.now();
  const handshake = readHandshake(request, now);
  const stage = edge.api.stages.get(handshake.stageName ?? '');
  if (stage === undefined) return { refused: 403 };
  if (!edge.throttle.connection() || !edge.throttle.route(stage, '$connect')) return { refused: 429 };

  const { sourceIp, userAgent } = handshake;
  const identity = { ...(userAgent !== undefined && { userAgent }), sourceIp };
  const connection: Connection = { id: newId(), stage, connectedAt: now, lastActiveAt: now, identity };
  const route = edge.api.routes.get('$connect');
  if (route === undefined) return { connection, subprotocol: undefined };
  return connect(edge, route, { connection, handshake });
};

const connect = async (
  edge: Edge,
  route: Route,
  { connection, handshake }: { connection: Connection; handshake: Handshake },
): Promise<Admission> => {
  const { stage } = connection;
  const context = requestContext(edge, connection, { routeKey: '$connect', eventType: 'CONNECT' });
  if (route.authorizer !== undefined) {
    const verdict = await askAuthorizer(edge, route.authorizer, { connection, handshake, context });
    if ('status' in verdict) {
      const { status, error } = verdict;
      edge.log(stage, context, { status, 'authorizer.error': error, 'authorizer.status': status });
      return { refused: status };
    }
    connection.authorizer = verdict.context;
    context.authorizer = verdict.context;
  }

  const outcome = await edge.call(
    { functionArn: route.functionArn, sourceArn: `${edge.api.arn}/${stage.name}/$connect`, timeout: route.timeout },
    { ...handshake.event, ...stageVariables(stage), requestContext: context, isBase64Encoded: false },
  );
  const result = proxyResult(outcome);
  const status = statusOf(result);
  edge.log(stage, context, {
    status,
    integrationLatency: outcome.latency,
    'integration.status': status,
    'integration.error': 'failure' in result ? result.message : undefined,
  });
  if ('failure' in result || status > 299) return { refused: status };
  return { connection, subprotocol: headerOf(result, 'sec-websocket-protocol') };
};

/**
 * 502 for a function that fails is what clients report (serverless/serverless-websockets-plugin#13). Unverified: 504 for
 * one that is late, and 500 for one that may not be invoked or is throttled, are what REST APIs answer.
 */
const statusOf = (result: ProxyResult | ProxyFailure): number => {
  if (!('failure' in result)) return result.statusCode;
  switch (result.failure) {
    case 'unhandled':
    case 'malformed':
      return 502;
    case 'timeout':
      return 504;
    case 'permission':
    case 'throttled':
      return 500;
  }
};
