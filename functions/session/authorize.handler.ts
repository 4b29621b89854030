import * as z from 'zod/mini';
import { parseOffer } from '#protocol';
import { createDirectory } from '../shared/directory/index.ts';
import { directoryTable, endpoint, host, publicHost, readEnv } from '../shared/env.ts';
import type { AuthorizerContext } from '../shared/event.ts';
import { header } from '../shared/header.ts';
import { platform } from '../shared/platform.ts';
import { verifyToken } from './verify-token.ts';

const AuthorizerEvent = z.object({ methodArn: z.string(), headers: z.record(z.string(), z.string()) });

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

/** Who may connect: a guest that offers no token, and a linked device with a good one. A bad token is no guest. */
export const handler = async (raw: unknown) => {
  const { methodArn, headers } = AuthorizerEvent.parse(raw);
  const offer = parseOffer(header(headers, 'sec-websocket-protocol') ?? '');
  if (offer === undefined) return policy('Deny', methodArn);
  if (offer.kind === 'guest') return policy('Allow', methodArn);

  const claims = await verifyToken(directory, offer.token, { host: audience, now: platform.now() });
  if (claims === undefined) return policy('Deny', methodArn);
  return policy('Allow', methodArn, { address: claims.iss, tokenTime: String(claims.iat), jti: claims.jti });
};
