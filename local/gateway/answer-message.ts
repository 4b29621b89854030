import type { Edge } from './edge.ts';
import { limits } from './limits.ts';
import { proxyResult, type ProxyFailure, type ProxyResult } from './proxy-result.ts';
import type { Route } from './read-routes.ts';
import { type Connection, type RequestContext, requestContext, stageVariables } from './request-context.ts';

/**
 * Sends a client's message to the route that its body selects. Returns the frame that goes back, if any: the route's
 * response, or the edge's own error frame. Each message is an invocation of its own; nothing keeps them in order.
 *
 * Unverified: a message may name `$connect` or `$disconnect`, and reaches that route as eventType MESSAGE.
 */
export const answerMessage = async (edge: Edge, connection: Connection, body: string): Promise<string | undefined> => {
  const { stage } = connection;
  const route = edge.api.routeOf(body);
  const context = requestContext(edge, connection, { routeKey: route?.key ?? '$default', eventType: 'MESSAGE' });
  const refuse = (status: number, message: string) => {
    edge.log(stage, context, { status, 'error.message': message });
    return errorFrame(message, context);
  };
  // Unverified: the frame that tells a client of throttling; that it is told so is documented only as "429".
  if (!edge.throttle.route(stage, context.routeKey)) return refuse(429, 'Too Many Requests');
  if (route === undefined) return refuse(403, 'Forbidden');

  const outcome = await edge.call(
    { functionArn: route.functionArn, sourceArn: `${edge.api.arn}/${stage.name}/${route.key}`, timeout: route.timeout },
    { ...stageVariables(stage), requestContext: context, body, isBase64Encoded: false },
  );
  const result = proxyResult(outcome);
  const frame = frameOf(result, route, context);
  const status = 'failure' in result ? 500 : result.statusCode;
  edge.log(stage, context, {
    status,
    integrationLatency: outcome.latency,
    'integration.status': status,
    'integration.error': 'failure' in result ? result.message : undefined,
  });
  return frame;
};

/**
 * The body passes through whole, whatever the status (dherault/serverless-offline#1301). Unverified: without a body nothing
 * is sent, isBase64Encoded changes nothing, and a body over 128 KB is an error.
 */
const frameOf = (
  result: ProxyResult | ProxyFailure,
  { responds }: Route,
  context: RequestContext,
): string | undefined => {
  if ('failure' in result) return errorFrame('Internal server error', context);
  const body = result.body ?? '';
  if (!responds || body === '') return undefined;
  return Buffer.byteLength(body) > limits.messageBytes ? errorFrame('Internal server error', context) : body;
};

const errorFrame = (message: string, { connectionId, requestId }: RequestContext): string =>
  JSON.stringify({ message, connectionId, requestId });
