import type { Departure } from './connections.ts';
import type { Edge } from './edge.ts';
import { proxyResult } from './proxy-result.ts';
import { type Connection, requestContext, stageVariables } from './request-context.ts';

/** Calls `$disconnect`, once, after either side has closed; what it answers changes nothing. */
export const tellDisconnect = async (
  edge: Edge,
  connection: Connection,
  { code, reason }: Departure,
): Promise<void> => {
  const route = edge.api.routes.get('$disconnect');
  if (route === undefined) return;
  const { stage } = connection;
  const context = requestContext(edge, connection, {
    routeKey: '$disconnect',
    eventType: 'DISCONNECT',
    disconnectStatusCode: code,
    disconnectReason: reason,
  });
  const headers = { Host: edge.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const outcome = await edge.call(
    { functionArn: route.functionArn, sourceArn: `${edge.api.arn}/${stage.name}/$disconnect`, timeout: route.timeout },
    { headers, multiValueHeaders, ...stageVariables(stage), requestContext: context, isBase64Encoded: false },
  );
  const result = proxyResult(outcome);
  edge.log(stage, context, {
    status: 'failure' in result ? 500 : result.statusCode,
    integrationLatency: outcome.latency,
    'integration.error': 'failure' in result ? result.message : undefined,
  });
};
