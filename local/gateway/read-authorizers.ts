import * as z from 'zod/mini';

import type { Template } from '../template/model.ts';
import { functionArnOf, readResources } from './read-resources.ts';

/** Where a connecting client must have put something before its authorizer is asked at all. */
export type IdentitySource = { place: 'header' | 'querystring'; name: string };

export type Authorizer = { id: string; functionArn: string; identitySources: readonly IdentitySource[] };

const AuthorizerProperties = z.object({
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerUri: z.string(),
  IdentitySource: z.optional(z.array(z.string())),
});

/** The Lambda authorizers by their ids. */
export const readAuthorizers = (template: Template): ReadonlyMap<string, Authorizer> =>
  new Map(
    readResources(template, 'AWS::ApiGatewayV2::Authorizer', AuthorizerProperties).map((authorizer) => [
      authorizer.id,
      {
        id: authorizer.id,
        functionArn: functionArnOf(authorizer.id, authorizer.AuthorizerUri),
        identitySources: (authorizer.IdentitySource ?? []).map((source) => identitySource(authorizer.id, source)),
      },
    ]),
  );

const identitySource = (id: string, source: string): IdentitySource => {
  const [, header] = /^route\.request\.header\.(.+)$/.exec(source) ?? [];
  if (header !== undefined) return { place: 'header', name: header.toLowerCase() };
  const [, parameter] = /^route\.request\.querystring\.(.+)$/.exec(source) ?? [];
  if (parameter !== undefined) return { place: 'querystring', name: parameter };
  throw new Error(
    `${id} has an identity source that is not served locally: ${source}. Use route.request.header.* or .querystring.*`,
  );
};
