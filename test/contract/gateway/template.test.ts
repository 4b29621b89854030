import { createServer } from 'node:http';

import { expect, test } from 'vitest';

import { startGateway } from '../../../local/gateway/index.ts';
import { readApi } from '../../../local/gateway/read-api.ts';
import { readPermissions } from '../../../local/gateway/permissions.ts';
import { standingClock } from '../../../local/movable-clock.ts';
import type { Template } from '../../../local/template/model.ts';
import { API_ARN, chatTemplate, functionArn } from './chat-template.ts';

const routes = { $connect: {}, ping: { responds: true } };

/** The template with some properties of one resource replaced. */
const altered = (id: string, properties: Record<string, unknown>, template = chatTemplate({ routes })): Template => {
  const resource = template.resources.get(id) ?? { id, type: '', properties: {} };
  const changed = { ...resource, properties: { ...resource.properties, ...properties } };
  return { ...template, resources: new Map([...template.resources, [id, changed]]) };
};

test('routes, stages and timeouts are read from the template', () => {
  const api = readApi(chatTemplate({ routes, stage: { DefaultRouteSettings: { ThrottlingRateLimit: 9 } } }));
  expect(api.arn).toBe(API_ARN);
  expect([...api.stages.values()]).toMatchObject([{ name: 'dev', defaultLimit: { rate: 9, burst: 5000 } }]);
  expect([...api.routes.values()]).toMatchObject([
    { key: '$connect', functionArn: functionArn('$connect'), timeout: 29_000, responds: false },
    { key: 'ping', functionArn: functionArn('ping'), timeout: 29_000, responds: true },
  ]);
});

test('an API id that differs from the logical id in case is the one in ARNs and events', () => {
  const template = chatTemplate({ routes });
  const lower = [...template.resources].map(([id, resource]) => {
    const { ApiId } = resource.properties;
    return [
      id,
      ApiId === undefined ? resource : { ...resource, properties: { ...resource.properties, ApiId: 'chatapi' } },
    ] as const;
  });
  expect(readApi({ ...template, resources: new Map(lower) })).toMatchObject({ id: 'chatapi' });
});

const other = (id: string, type: string, properties: Record<string, unknown>) =>
  [id, { id, type: `AWS::ApiGatewayV2::${type}`, properties: { ApiId: 'Http', ...properties } }] as const;

test('resources of an HTTP API beside it are left alone', () => {
  const template = chatTemplate({ routes });
  const resources = new Map([
    ...template.resources,
    other('Http', 'Api', { ProtocolType: 'HTTP' }),
    other('HttpStage', 'Stage', { StageName: '$default' }),
    other('HttpRoute', 'Route', { RouteKey: 'GET /', AuthorizationType: 'JWT' }),
    other('HttpIntegration', 'Integration', { IntegrationType: 'HTTP_PROXY' }),
  ]);
  const api = readApi({ ...template, resources });
  expect([...api.routes.keys()]).toEqual(['$connect', 'ping']);
  expect([...api.stages.keys()]).toEqual(['dev']);
});

test.each([
  ['an API of another kind', altered('ChatApi', { ProtocolType: 'HTTP' }), /exactly one WebSocket API/],
  ['no selection expression', altered('ChatApi', { RouteSelectionExpression: undefined }), /needs a RouteSelection/],
  [
    'a selection outside the body',
    altered('ChatApi', { RouteSelectionExpression: '$context.x' }),
    /Use \$request.body/,
  ],
  ['no stage', altered('Stage', { ApiId: 'other' }), /ChatApi .* has no stage/],
  ['an access log format over 3 KB', altered('Stage', { AccessLogSettings: { Format: 'x'.repeat(3073) } }), /Format/],
  ['an integration of another type', altered('pingIntegration', { IntegrationType: 'MOCK' }), /pingIntegration/],
  [
    'an integration of no function',
    altered('pingIntegration', { IntegrationUri: 'arn:x' }),
    /pingIntegration .* Lambda/,
  ],
  [
    'a route without an integration',
    altered('pingRoute', { Target: 'integrations/none' }),
    /pingRoute.*integrations\/none/,
  ],
  ['an IAM-authorized route', altered('pingRoute', { AuthorizationType: 'AWS_IAM' }), /pingRoute/],
  ['an unknown authorizer', altered('connectRoute', { AuthorizationType: 'CUSTOM', AuthorizerId: 'No' }), /No\.$/],
  [
    'an authorizer on another route',
    altered(
      'pingRoute',
      { AuthorizationType: 'CUSTOM', AuthorizerId: 'Authorizer' },
      chatTemplate({ routes, authorizer: [] }),
    ),
    /\$connect only/,
  ],
  ['an identity source elsewhere', chatTemplate({ routes, authorizer: ['context.identity'] }), /context\.identity/],
])('%s is refused with what to change', (_what, template, message) => {
  expect(() => readApi(template)).toThrow(message);
});

const allowed = (properties: Record<string, unknown>) =>
  readPermissions(altered('pingPermission', properties))(functionArn('ping'), `${API_ARN}/dev/ping`);

test('a permission may name the function, or leave the source open, or be of another service', () => {
  expect(allowed({})).toBe(true);
  expect(allowed({ FunctionName: 'ping' })).toBe(true);
  expect(allowed({ SourceArn: undefined })).toBe(true);
  expect(allowed({ SourceAccount: '111122223333' })).toBe(true);
  expect(allowed({ SourceAccount: '999999999999' })).toBe(false);
  expect(allowed({ FunctionName: 'pin' })).toBe(false);
  expect(allowed({ Principal: 'sns.amazonaws.com' })).toBe(false);
  expect(allowed({ Action: 'lambda:InvokeFunctionUrl' })).toBe(false);
});

const start = () =>
  startGateway({
    server: createServer(),
    template: chatTemplate({ routes }),
    clock: standingClock(),
    invoke: () => Promise.reject(new Error('unused')),
    authorize: () => ({ allowed: true }),
  });

test('a server that does not listen yet is refused', () => {
  expect(start).toThrow('call server.listen()');
});
