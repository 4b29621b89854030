import * as z from 'zod/mini';

import type { Template } from '../template/model.ts';
import { readRoutes, type Route } from './read-routes.ts';
import { readResources } from './read-resources.ts';
import { readStages, type Stage } from './read-stages.ts';
import { routeKeySelector } from './route-selection.ts';

export type WebSocketApi = {
  id: string;
  /** `arn:aws:execute-api:{region}:{account}:{apiId}`, the beginning of every ARN that names a part of the API. */
  arn: string;
  routes: ReadonlyMap<string, Route>;
  stages: ReadonlyMap<string, Stage>;
  /** The route that answers a message; none when nothing matches and there is no `$default`. */
  routeOf: (body: string) => Route | undefined;
};

const ApiProperties = z.object({
  ProtocolType: z.optional(z.string()),
  RouteSelectionExpression: z.optional(z.string()),
});

const Belonging = z.object({ ApiId: z.string() });

/** The template's WebSocket API; throws when there is not exactly one, or when it uses what is not served locally. */
export const readApi = (template: Template): WebSocketApi => {
  const apis = readResources(template, 'AWS::ApiGatewayV2::Api', ApiProperties);
  const [api, second] = apis.filter(({ ProtocolType }) => ProtocolType === 'WEBSOCKET');
  if (api === undefined || second !== undefined) {
    throw new Error(`The stack ${template.stack} must have exactly one WebSocket API to be served on one port.`);
  }
  if (api.RouteSelectionExpression === undefined) {
    throw new Error(`${api.id} (AWS::ApiGatewayV2::Api) needs a RouteSelectionExpression, as in $request.body.action.`);
  }
  const id = deployedId(template, api.id);
  const stages = readStages(template, id);
  const routes = readRoutes(template, id);
  const keyOf = routeKeySelector(api.RouteSelectionExpression);
  return {
    id,
    arn: `arn:aws:execute-api:${template.region}:${template.account}:${id}`,
    routes,
    stages,
    routeOf: (body) => routes.get(keyOf(body)) ?? routes.get('$default'),
  };
};

/** What a Ref to the API gives: the id by which its stages know it, which may differ from its logical id in case. */
const deployedId = (template: Template, logicalId: string): string => {
  const stage = readResources(template, 'AWS::ApiGatewayV2::Stage', Belonging).find(
    ({ ApiId }) => ApiId.toLowerCase() === logicalId.toLowerCase(),
  );
  if (stage !== undefined) return stage.ApiId;
  throw new Error(`${logicalId} (AWS::ApiGatewayV2::Api) has no stage, so no client could connect to it. Add one.`);
};
