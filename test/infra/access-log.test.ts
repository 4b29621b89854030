import { expect, test } from 'vitest';
import * as z from 'zod';
import { resourcesOf, synthesized } from './template.ts';

const Stage = z.object({
  AccessLogSettings: z.object({ DestinationArn: z.string(), Format: z.string() }),
  DefaultRouteSettings: z.record(z.string(), z.unknown()),
});

const [stage] = resourcesOf(await synthesized(), 'AWS::ApiGatewayV2::Stage');
const { AccessLogSettings, DefaultRouteSettings } = Stage.parse(stage?.properties);

/** None of them holds a header, a query, a body, an address of a person, or what a function or the authorizer says. */
const harmless = [
  '$context.requestId',
  '$context.requestTimeEpoch',
  '$context.eventType',
  '$context.routeKey',
  '$context.connectionId',
  '$context.messageId',
  '$context.status',
  '$context.error.responseType',
  '$context.integration.status',
  '$context.integrationLatency',
  '$context.authorizer.status',
];

test('a line of the access log is JSON of variables that can hold no secret', () => {
  const line = z.record(z.string(), z.enum(harmless)).parse(JSON.parse(AccessLogSettings.Format));
  expect(line).toMatchObject({ requestId: '$context.requestId', connection: '$context.connectionId' });
  expect(AccessLogSettings.DestinationArn).toBe('<EndpointAccessLog.Arn>');
});

test('the gateway writes no frames into a log', () => {
  expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 });
});

test('the stage that logs waits until API Gateway may', () => {
  expect(stage?.dependsOn).toEqual(['EndpointLogRoleSetting']);
});
