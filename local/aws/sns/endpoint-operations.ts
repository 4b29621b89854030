import * as z from 'zod/mini';
import { type Endpoint, isToken, type Platform } from './application.ts';
import { invalidParameter, operation, type SnsOperations } from './operation.ts';
import type { Phones } from './phones.ts';

const Attributes = z.strictObject({
  CustomUserData: z.optional(z.string()),
  Enabled: z.optional(z.enum(['true', 'false', 'True', 'False'], 'Enabled must be true or false')),
  Token: z.optional(z.string()),
});
const Create = z.object({
  PlatformApplicationArn: z.string(),
  Token: z.string(),
  CustomUserData: z.optional(z.string()),
  Attributes: z._default(Attributes, {}),
});
const Named = z.object({ EndpointArn: z.string() });

/** Pages of a list hold a hundred (SNS API, "ListEndpointsByPlatformApplication"). */
const page = 100;

export const endpointOperations = (phones: Phones): SnsOperations => {
  const named = { resource: ({ EndpointArn }: z.infer<typeof Named>) => EndpointArn };
  return {
    CreatePlatformEndpoint: operation(Create, {
      resource: ({ PlatformApplicationArn }) => PlatformApplicationArn,
      run: async ({ PlatformApplicationArn, Token: token, CustomUserData, Attributes: attributes }) => {
        const { arn: application, platform } = phones.application(PlatformApplicationArn);
        checkToken(platform, token);
        const userData = CustomUserData ?? attributes.CustomUserData ?? '';
        const enabled = isTrue(attributes.Enabled);
        const existing = phones.endpoints(application).find((one) => one.token === token);
        if (existing === undefined) {
          return { EndpointArn: phones.createEndpoint({ application, token, userData, enabled: enabled ?? true }).arn };
        }
        // One that was disabled meanwhile is returned as it is, unless Enabled was asked for.
        // unverified: that user data left out differs from user data there is.
        if (existing.userData !== userData || (enabled ?? existing.enabled) !== existing.enabled) throw taken(existing);
        return { EndpointArn: existing.arn };
      },
    }),
    GetEndpointAttributes: operation(Named, {
      ...named,
      run: async ({ EndpointArn }) => ({ Attributes: attributesOf(phones.endpoint(EndpointArn)) }),
    }),
    SetEndpointAttributes: operation(z.extend(Named, { Attributes }), {
      ...named,
      run: async ({ EndpointArn, Attributes: changes }) => {
        const endpoint = phones.endpoint(EndpointArn);
        const { Token: token = endpoint.token, CustomUserData: userData = endpoint.userData } = changes;
        checkToken(phones.application(endpoint.application).platform, token);
        const others = phones.endpoints(endpoint.application).filter(({ arn }) => arn !== EndpointArn);
        // unverified: what happens to a token that another endpoint has.
        const other = others.find((one) => one.token === token);
        if (other !== undefined) throw taken(other);
        phones.updateEndpoint({ ...endpoint, token, userData, enabled: isTrue(changes.Enabled) ?? endpoint.enabled });
        return undefined;
      },
    }),
    DeleteEndpoint: operation(Named, {
      ...named,
      run: async ({ EndpointArn }) => {
        phones.removeEndpoint(EndpointArn);
        return undefined;
      },
    }),
    ListEndpointsByPlatformApplication: operation(
      z.object({ PlatformApplicationArn: z.string(), NextToken: z.optional(z.string()) }),
      {
        resource: ({ PlatformApplicationArn }) => PlatformApplicationArn,
        run: async ({ PlatformApplicationArn, NextToken: after }) => {
          const all = phones.endpoints(phones.application(PlatformApplicationArn).arn);
          const start = after === undefined ? 0 : all.findIndex(({ arn }) => arn === after) + 1;
          const listed = all.slice(start, start + page);
          return {
            Endpoints: listed.map((one) => ({ EndpointArn: one.arn, Attributes: attributesOf(one) })),
            NextToken: start + page < all.length ? listed.at(-1)?.arn : undefined,
          };
        },
      },
    ),
  };
};

const isTrue = (value: string | undefined): boolean | undefined =>
  value === undefined ? undefined : value.toLowerCase() === 'true';

const checkToken = (platform: Platform, token: string): void => {
  if (isToken(platform, token)) return;
  const wanted = platform === 'GCM' ? 'must not be empty' : 'must be no more than 400 hexadecimal characters';
  throw invalidParameter(`Token Reason: ${platform === 'GCM' ? 'A token' : 'iOS device tokens'} ${wanted}`);
};

/** Clients read the ARN out of these words. */
const taken = ({ arn }: Endpoint) =>
  invalidParameter(`Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`);

const attributesOf = ({ enabled, token, userData }: Endpoint): ReadonlyMap<string, string> =>
  new Map([
    ['Enabled', String(enabled)],
    ['Token', token],
    ...(userData === '' ? [] : [['CustomUserData', userData] as const]),
  ]);
