import { Validations } from 'aws-cdk-lib';
import type { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { methodNames, methods } from '#protocol';
import { type ApiFunctionName, functionOf } from './functions.ts';

/** Adds a route for every method, and API Gateway's own: connect, disconnect, and the one for what is no method. */
export const addRoutes = (api: WebSocketApi, functions: Record<ApiFunctionName, IFunction>): void => {
  const connection = new WebSocketLambdaIntegration('connection', functions.connection);
  // Browsers can set no header of a WebSocket but this one, so it carries the token.
  const authorizer = new WebSocketLambdaAuthorizer('authorizer', functions.authorize, {
    identitySource: ['route.request.header.Sec-WebSocket-Protocol'],
  });
  api.addRoute('$connect', { integration: connection, authorizer });

  const unauthorized = [
    api.addRoute('$disconnect', { integration: connection }),
    api.addRoute('$default', {
      integration: new WebSocketLambdaIntegration('default', functions.session),
      returnResponse: true,
    }),
    ...Object.entries(functionOf).flatMap(([capability, name]) => {
      const integration = new WebSocketLambdaIntegration(capability, functions[name]);
      return methodNames
        .filter((method) => method.startsWith(`${capability}.`))
        .map((method) => api.addRoute(method, { integration, returnResponse: methods[method].oneWay !== true }));
    }),
  ];
  for (const route of unauthorized) {
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'A WebSocket is authorized once, when it connects: API Gateway takes an authorizer on $connect only.',
    });
  }
};
