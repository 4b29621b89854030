import * as z from 'zod/mini';
import { type ErrorCode, parseOffer } from '#protocol';
import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, host, publicHost, readEnv } from '../shared/env.ts';
import type { AuthorizerContext } from '../shared/event.ts';
import { header } from '../shared/header.ts';
import { platform } from '../shared/platform.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import { verifyToken } from './verify-token.ts';

const AuthorizerEvent = z.object({
  methodArn: z.string(),
  headers: z.record(z.string(), z.string()),
  requestContext: z.object({ requestId: z.string() }),
});
type AuthorizerEvent = z.infer<typeof AuthorizerEvent>;

const telemetry = openTelemetry('authorize');
const env = readEnv({ directoryTable, endpoint, host });
const directory = createDirectory(env.directoryTable);
const audience = publicHost(env);

const policy = (effect: 'Allow' | 'Deny', resource: string, context: AuthorizerContext = {}) => ({
  principalId: context.address ?? 'guest',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource }],
  },
  context,
});

/** Only the operator learns why: whoever connects is told no more than that it may not. */
const deny = (methodArn: string, code: ErrorCode) => {
  telemetry.count('Denials');
  telemetry.note({ code });
  return policy('Deny', methodArn);
};

const authorize = async ({ methodArn, headers }: AuthorizerEvent) => {
  telemetry.note({ method: '$connect' });
  const offer = parseOffer(header(headers, 'sec-websocket-protocol') ?? '');
  if (offer === undefined) return deny(methodArn, 'invalid_request');
  if (offer.kind === 'guest') return policy('Allow', methodArn);

  const verdict = await verifyToken(directory, offer.token, { host: audience, now: platform.now() });
  if ('refused' in verdict) return deny(methodArn, verdict.refused);
  const { iss: address, iat, jti } = verdict.claims;
  telemetry.note({ device: telemetry.hashed(address) });
  return policy('Allow', methodArn, { address, tokenTime: String(iat), jti });
};

/** Who may connect: a guest that offers no token, and a linked device with a good one. A bad token is no guest. */
export const handler = async (raw: unknown) => {
  const event = AuthorizerEvent.parse(raw);
  return telemetry.invocation(event.requestContext.requestId, () => authorize(event));
};
