import {
  CreatePlatformApplicationCommand,
  DeletePlatformApplicationCommand,
  NotFoundException,
  SetPlatformApplicationAttributesCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { Platform } from './push-credentials.ts';

type Attributes = Record<string, string>;

/** The accounts with push providers that SNS knows of. */
export type PlatformApplications = {
  /** Whether there was one to set the attributes of. */
  update: (arn: string, attributes: Attributes) => Promise<boolean>;
  create: (application: { platform: Platform; name: string; attributes: Attributes }) => Promise<void>;
  /** With all its endpoints; does nothing where there is none. */
  remove: (arn: string) => Promise<void>;
};

export const openPlatformApplications = (client: SNSClient): PlatformApplications => ({
  update: async (PlatformApplicationArn, Attributes) => {
    try {
      await client.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes }));
      return true;
    } catch (error) {
      if (error instanceof NotFoundException) return false;
      throw error;
    }
  },
  create: async ({ platform: Platform, name: Name, attributes: Attributes }) => {
    await client.send(new CreatePlatformApplicationCommand({ Platform, Name, Attributes }));
  },
  remove: async (PlatformApplicationArn) => {
    try {
      await client.send(new DeletePlatformApplicationCommand({ PlatformApplicationArn }));
    } catch (error) {
      if (!(error instanceof NotFoundException)) throw error;
    }
  },
});
