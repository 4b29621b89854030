import * as z from 'zod/mini';

import type { Template } from '../template/model.ts';
import { limits } from './limits.ts';
import { type Authorizer, readAuthorizers } from './read-authorizers.ts';
import { functionArnOf, readResources } from './read-resources.ts';

export type Route = {
  key: string;
  functionArn: string;
  /** How long the function may take, in milliseconds. */
  timeout: number;
  authorizer: Authorizer | undefined;
  /** Whether what the function returns is sent to the client that asked: the route has a route response. */
  responds: boolean;
};

const IntegrationProperties = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  TimeoutInMillis: z.optional(z.number()),
});

const RouteProperties = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.optional(z.string()),
  AuthorizationType: z.optional(z.enum(['NONE', 'CUSTOM'])),
  AuthorizerId: z.optional(z.string()),
  ApiKeyRequired: z.optional(z.literal(false)),
  RouteResponseSelectionExpression: z.optional(z.string()),
});

const RouteResponseProperties = z.object({ RouteId: z.string(), RouteResponseKey: z.literal('$default') });

const Belonging = z.object({ ApiId: z.string() });

/** The routes of one API by their keys, each with its integration and authorizer. */
export const readRoutes = (template: Template, apiId: string): ReadonlyMap<string, Route> => {
  const own = withResourcesOf(template, apiId);
  const integrations = readResources(own, 'AWS::ApiGatewayV2::Integration', IntegrationProperties);
  const authorizers = readAuthorizers(own);
  const answered = new Set(
    readResources(own, 'AWS::ApiGatewayV2::RouteResponse', RouteResponseProperties).map(({ RouteId }) => RouteId),
  );
  const routes = readResources(own, 'AWS::ApiGatewayV2::Route', RouteProperties).map((route): Route => {
    const integration = integrations.find(({ id }) => route.Target === `integrations/${id}`);
    if (integration === undefined) {
      throw new Error(`The target of ${route.id} (${route.RouteKey}) is no integration: ${route.Target ?? 'none'}.`);
    }
    return {
      key: route.RouteKey,
      functionArn: functionArnOf(integration.id, integration.IntegrationUri),
      timeout: Math.min(integration.TimeoutInMillis ?? limits.integrationTimeout, limits.integrationTimeout),
      authorizer: route.AuthorizationType === 'CUSTOM' ? authorizerOf(route, authorizers) : undefined,
      responds: route.RouteResponseSelectionExpression !== undefined && answered.has(route.id),
    };
  });
  return new Map(routes.map((route) => [route.key, route]));
};

/** The template without the routes and integrations of other APIs, which need not be ones that we serve. */
const withResourcesOf = (template: Template, apiId: string): Template => ({
  ...template,
  resources: new Map(
    [...template.resources].filter(([, resource]) => {
      // The type first: properties of other resources may not be known before the stack runs.
      if (!resource.type.startsWith('AWS::ApiGatewayV2::')) return false;
      const parsed = z.safeParse(Belonging, resource.properties);
      return parsed.success && parsed.data.ApiId === apiId;
    }),
  ),
});

const authorizerOf = (
  route: z.infer<typeof RouteProperties> & { id: string },
  authorizers: ReadonlyMap<string, Authorizer>,
): Authorizer => {
  const authorizer = authorizers.get(route.AuthorizerId ?? '');
  if (authorizer !== undefined && route.RouteKey === '$connect') return authorizer;
  throw new Error(
    authorizer === undefined
      ? `${route.id} (${route.RouteKey}) names an authorizer that the template does not have: ${route.AuthorizerId}.`
      : `${route.id} (${route.RouteKey}) has an authorizer, which a WebSocket API allows on $connect only.`,
  );
};
