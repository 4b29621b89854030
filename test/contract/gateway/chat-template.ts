import type { Resource, Template } from '../../../local/template/model.ts';

const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';
export const API_ARN = `arn:aws:execute-api:${REGION}:${ACCOUNT}:ChatApi`;

export type RouteSpec = { responds?: boolean; timeout?: number };

export type TemplateSpec = {
  /** By route key; each gets a function of the same name. */
  routes: Record<string, RouteSpec>;
  /** Identity sources of the authorizer of `$connect`, if it has one. */
  authorizer?: string[];
  /** Properties of the stage beside its name. */
  stage?: Record<string, unknown>;
  selection?: string;
  /** What the functions' permissions allow as source, in place of each route's own ARN. */
  sourceArn?: (routeKey: string) => string | undefined;
};

export const functionArn = (name: string): string => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

const invocationUri = (name: string) =>
  `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${functionArn(name)}/invocations`;

/** A template as aws-cdk-lib/aws-apigatewayv2 synthesizes it, with its intrinsic functions resolved. */
export const chatTemplate = (spec: TemplateSpec): Template => {
  const resources: Resource[] = [
    {
      id: 'ChatApi',
      type: 'AWS::ApiGatewayV2::Api',
      properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: spec.selection ?? '$request.body.method',
      },
    },
    {
      id: 'Stage',
      type: 'AWS::ApiGatewayV2::Stage',
      properties: { ApiId: 'ChatApi', StageName: 'dev', AutoDeploy: true, ...spec.stage },
    },
    ...Object.entries(spec.routes).flatMap(([key, route]) => routeResources(key, route, spec)),
    ...(spec.authorizer === undefined ? [] : authorizerResources(spec.authorizer, spec)),
  ];
  return {
    stack: 'Chat',
    region: REGION,
    account: ACCOUNT,
    resources: new Map(resources.map((resource) => [resource.id, resource])),
    assets: new Map(),
  };
};

const routeResources = (key: string, route: RouteSpec, spec: TemplateSpec): Resource[] => {
  const id = key.replaceAll(/\W/g, '');
  const guarded = key === '$connect' && spec.authorizer !== undefined;
  return [
    {
      id: `${id}Integration`,
      type: 'AWS::ApiGatewayV2::Integration',
      properties: {
        ApiId: 'ChatApi',
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: invocationUri(key),
        ...(route.timeout !== undefined && { TimeoutInMillis: route.timeout }),
      },
    },
    {
      id: `${id}Route`,
      type: 'AWS::ApiGatewayV2::Route',
      properties: {
        ApiId: 'ChatApi',
        RouteKey: key,
        Target: `integrations/${id}Integration`,
        AuthorizationType: guarded ? 'CUSTOM' : 'NONE',
        ...(guarded && { AuthorizerId: 'Authorizer' }),
        ...(route.responds === true && { RouteResponseSelectionExpression: '$default' }),
      },
    },
    ...(route.responds === true
      ? [
          {
            id: `${id}Response`,
            type: 'AWS::ApiGatewayV2::RouteResponse',
            properties: { ApiId: 'ChatApi', RouteId: `${id}Route`, RouteResponseKey: '$default' },
          },
        ]
      : []),
    ...permission(key, spec.sourceArn === undefined ? `${API_ARN}/*${key}` : spec.sourceArn(key)),
  ];
};

const authorizerResources = (IdentitySource: string[], { sourceArn }: TemplateSpec): Resource[] => [
  {
    id: 'Authorizer',
    type: 'AWS::ApiGatewayV2::Authorizer',
    properties: {
      ApiId: 'ChatApi',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invocationUri('authorizer'),
      IdentitySource,
      Name: 'authorizer',
    },
  },
  ...permission('authorizer', sourceArn === undefined ? `${API_ARN}/authorizers/Authorizer` : sourceArn('authorizer')),
];

const permission = (name: string, SourceArn: string | undefined): Resource[] =>
  SourceArn === undefined
    ? []
    : [
        {
          id: `${name}Permission`,
          type: 'AWS::Lambda::Permission',
          properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: functionArn(name),
            Principal: 'apigateway.amazonaws.com',
            SourceArn,
          },
        },
      ];
