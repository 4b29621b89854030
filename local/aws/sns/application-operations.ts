import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { Template } from '../../template/model.ts';
import { type Application, hasCredentials, platforms } from './application.ts';
import { invalidParameter, operation, type SnsOperations } from './operation.ts';
import type { Phones } from './phones.ts';

const Attributes = z.record(z.string(), z.string());
const Named = z.object({ PlatformApplicationArn: z.string() });
const Create = z.object({
  Name: z.string().check(z.regex(/^[\w.-]{1,256}$/, 'Name must be made of letters, digits and _ . - only')),
  Platform: z.enum(platforms, `Platform must be one of ${platforms.join(', ')}: no other is served here`),
  Attributes,
});

/** What is never told again. */
const secrets = new Set(['PlatformCredential', 'PlatformPrincipal']);

export const applicationOperations = (phones: Phones, { region, account }: Template): SnsOperations => {
  const arn = `arn:aws:sns:${region}:${account}`;
  const named = { resource: ({ PlatformApplicationArn }: z.infer<typeof Named>) => PlatformApplicationArn };
  return {
    CreatePlatformApplication: operation(Create, {
      // unverified: "on resource: …:app/" has been seen, so that no policy can be about one name only.
      resource: () => `${arn}:app/`,
      run: async ({ Name, Platform: platform, Attributes: attributes }) => {
        const application: Application = { arn: `${arn}:app/${platform}/${Name}`, platform, attributes };
        checkCredentials(application);
        const existing = phones.applications().find((one) => one.arn === application.arn);
        // unverified: that the same application may be created again, and the words for another one of its name.
        if (existing === undefined) phones.putApplication(application);
        else if (!isDeepStrictEqual(existing, application)) {
          throw invalidParameter(`Name Reason: ${application.arn} already exists with different attributes`);
        }
        return { PlatformApplicationArn: application.arn };
      },
    }),
    GetPlatformApplicationAttributes: operation(Named, {
      ...named,
      run: async ({ PlatformApplicationArn }) => {
        const { attributes } = phones.application(PlatformApplicationArn);
        const told = Object.entries(attributes).filter(([name]) => !secrets.has(name));
        return { Attributes: new Map([['Enabled', 'true'], ...told]) };
      },
    }),
    SetPlatformApplicationAttributes: operation(z.extend(Named, { Attributes }), {
      ...named,
      run: async ({ PlatformApplicationArn, Attributes: changes }) => {
        const application = phones.application(PlatformApplicationArn);
        const changed = { ...application, attributes: { ...application.attributes, ...changes } };
        checkCredentials(changed);
        phones.putApplication(changed);
        return undefined;
      },
    }),
    DeletePlatformApplication: operation(Named, {
      ...named,
      run: async ({ PlatformApplicationArn }) => {
        phones.removeApplication(PlatformApplicationArn);
        return undefined;
      },
    }),
    ListPlatformApplications: operation(z.object({}), {
      resource: () => `${arn}:*`,
      run: async () => ({
        PlatformApplications: phones.applications().map(({ arn: PlatformApplicationArn, attributes }) => ({
          PlatformApplicationArn,
          Attributes: new Map(Object.entries(attributes).filter(([name]) => !secrets.has(name))),
        })),
      }),
    }),
  };
};

const checkCredentials = (application: Application): void => {
  if (!hasCredentials(application)) throw invalidParameter('Attributes Reason: Platform credentials are invalid');
};
