import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { methodNames } from '#protocol';
import { resourcesOf, synthesized } from './template.ts';

const Route = z.object({
  RouteKey: z.string(),
  Target: z.templateLiteral(['integrations/<', z.string(), '>']),
  AuthorizationType: z.string(),
  AuthorizerId: z.string().optional(),
  RouteResponseSelectionExpression: z.string().optional(),
});
const Integration = z.object({ IntegrationType: z.literal('AWS_PROXY'), IntegrationUri: z.string() });
const Permission = z.object({ FunctionName: z.string(), Principal: z.string(), SourceArn: z.string() });

const template = await synthesized();
const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ id, properties }) => ({
  id,
  ...Route.parse(properties),
}));
const integrations = new Map(
  resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(({ id, properties }) => [
    `integrations/<${id}>`,
    Integration.parse(properties).IntegrationUri,
  ]),
);
const functionBehind = (route: { Target: string }) =>
  /functions\/<(\w+)\.Arn>\/invocations$/.exec(integrations.get(route.Target) ?? '')?.[1];

/** Capabilities without a function of their own name. */
const elsewhere: Record<string, string> = { devices: 'pairing', contacts: 'relay' };

/** Route key to function, as a reader of the architecture expects them. */
const expected = new Map([
  ['$connect', 'connection'],
  ['$disconnect', 'connection'],
  ['$default', 'session'],
  ...methodNames.map((method) => {
    const [capability = ''] = method.split('.');
    return [method, elsewhere[capability] ?? capability] as const;
  }),
]);

describe('routes', () => {
  test('are exactly the methods of the table, and connect, disconnect and default', () => {
    expect(routes.map((route) => route.RouteKey).toSorted()).toEqual([...expected.keys()].toSorted());
  });

  test('lead each method to the function of its capability', () => {
    expect(new Map(routes.map((route) => [route.RouteKey, functionBehind(route)]))).toEqual(expected);
  });

  test('answer every method by a response of their own, except relay.ack, which goes one way', () => {
    const answering = routes.filter((route) => route.RouteResponseSelectionExpression === '$default');
    const silent = routes.filter((route) => route.RouteResponseSelectionExpression === undefined);
    const responses = resourcesOf(template, 'AWS::ApiGatewayV2::RouteResponse').map(({ properties }) => properties);

    expect(silent.map((route) => route.RouteKey).toSorted()).toEqual(['$connect', '$disconnect', 'relay.ack']);
    expect(responses.map((response) => String(response['RouteId'])).toSorted()).toEqual(
      answering.map((route) => `<${route.id}>`).toSorted(),
    );
    expect(responses.every((response) => response['RouteResponseKey'] === '$default')).toBe(true);
  });

  test('ask the authorizer on connecting and only then, by the one header that browsers can set', () => {
    const [authorizer] = resourcesOf(template, 'AWS::ApiGatewayV2::Authorizer');

    expect(routes.filter((route) => route.AuthorizationType !== 'NONE')).toMatchObject([
      { RouteKey: '$connect', AuthorizationType: 'CUSTOM', AuthorizerId: `<${authorizer?.id}>` },
    ]);
    expect(authorizer?.properties).toMatchObject({
      AuthorizerType: 'REQUEST',
      IdentitySource: ['route.request.header.Sec-WebSocket-Protocol'],
    });
    expect(authorizer?.properties['AuthorizerUri']).toMatch(/functions\/<authorize\.Arn>\/invocations$/);
  });

  test('are what API Gateway may invoke a function for, each its own function, beside the authorizer', () => {
    const api = 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<EndpointApi>';
    const allowed = resourcesOf(template, 'AWS::Lambda::Permission').map(({ properties }) =>
      Permission.parse(properties),
    );

    expect(new Set(allowed.map(({ Principal }) => Principal))).toEqual(new Set(['apigateway.amazonaws.com']));
    expect(allowed.map(({ FunctionName, SourceArn }) => `${SourceArn} ${FunctionName}`).toSorted()).toEqual(
      [
        ...[...expected].map(([key, name]) => `${api}/*${key} <${name}.Arn>`),
        `${api}/authorizers/<EndpointApiauthorizer> <authorize.Arn>`,
      ].toSorted(),
    );
  });

  test('are chosen by the method of the frame', () => {
    const [api] = resourcesOf(template, 'AWS::ApiGatewayV2::Api');
    expect(api?.properties).toMatchObject({
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.method',
    });
  });
});
