import * as z from 'zod/mini';

import type { Edge } from './edge.ts';
import { type Handshake, valueAt } from './handshake.ts';
import { limits } from './limits.ts';
import { allowsInvoke } from './policy.ts';
import type { Authorizer } from './read-authorizers.ts';
import { type Connection, type RequestContext, stageVariables } from './request-context.ts';

const Decision = z.object({
  principalId: z.string().check(z.minLength(1)),
  policyDocument: z.unknown(),
  context: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});

/** The client's authorizer context, or the status that its upgrade is refused with. */
export type Verdict = { context: Record<string, string> } | { status: 401 | 403 | 500; error: string };

export type AuthorizerRequest = { connection: Connection; handshake: Handshake; context: RequestContext };

/**
 * Asks the Lambda authorizer, once for each client that connects: WebSocket APIs do not cache its answers.
 * AGW apigateway-websocket-api-lambda-auth.html
 */
export const askAuthorizer = async (
  { api, call }: Edge,
  authorizer: Authorizer,
  { connection: { stage }, handshake, context }: AuthorizerRequest,
): Promise<Verdict> => {
  if (authorizer.identitySources.some((source) => valueAt(handshake, source) === undefined)) {
    return { status: 401, error: 'An identity source is missing.' };
  }
  const methodArn = `${api.arn}/${stage.name}/$connect`;
  const outcome = await call(
    {
      functionArn: authorizer.functionArn,
      sourceArn: `${api.arn}/authorizers/${authorizer.id}`,
      timeout: limits.integrationTimeout,
    },
    { type: 'REQUEST', methodArn, ...handshake.event, ...stageVariables(stage), requestContext: context },
  );
  if ('failure' in outcome) {
    // The sample authorizer of the guide throws exactly this to answer 401.
    const unauthorized = outcome.failure === 'unhandled' && /^(?:Error: )?Unauthorized$/.test(outcome.message);
    return { status: unauthorized ? 401 : 500, error: outcome.message };
  }
  return judge(outcome.payload, methodArn);
};

/** Unverified: 500 for a result without principalId, over 8 KB, or with a context value that is an object or a list. */
const judge = (payload: unknown, methodArn: string): Verdict => {
  const parsed = z.safeParse(Decision, payload);
  if (!parsed.success) return { status: 500, error: z.prettifyError(parsed.error) };
  if (Buffer.byteLength(JSON.stringify(payload)) > limits.authorizerResultBytes) {
    return { status: 500, error: `The authorizer's result is larger than ${limits.authorizerResultBytes} bytes.` };
  }
  const { principalId, policyDocument, context = {} } = parsed.data;
  if (!allowsInvoke(policyDocument, methodArn)) return { status: 403, error: 'The policy does not allow $connect.' };
  const strings = Object.entries(context).map(([key, value]): [string, string] => [key, String(value)]);
  return { context: { ...Object.fromEntries<string>(strings), principalId } };
};
