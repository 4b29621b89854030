import * as z from 'zod/mini';
import { DeviceAddress } from '#protocol';

/** What the authorizer tells every later event of the connection; the gateway hands values on as strings. */
export const AuthorizerContext = z.object({
  address: z.optional(DeviceAddress),
  tokenTime: z.optional(z.string()),
  jti: z.optional(z.string()),
});
export type AuthorizerContext = z.infer<typeof AuthorizerContext>;

/** The parts of an API Gateway WebSocket event that Tandem reads. */
export const GatewayEvent = z.object({
  body: z.optional(z.nullable(z.string())),
  requestContext: z.object({
    routeKey: z.string(),
    eventType: z.enum(['CONNECT', 'MESSAGE', 'DISCONNECT']),
    connectionId: z.string(),
    connectedAt: z.int(),
    requestTimeEpoch: z.int(),
    requestId: z.string(),
    identity: z.object({ sourceIp: z.string(), userAgent: z.optional(z.nullable(z.string())) }),
    authorizer: z.optional(AuthorizerContext),
  }),
});
export type GatewayEvent = z.infer<typeof GatewayEvent>;

/** What a function answers the gateway. */
export type GatewayResponse = { statusCode: number; body?: string; headers?: Record<string, string> };
