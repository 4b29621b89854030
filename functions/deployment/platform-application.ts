import * as z from 'zod/mini';
import type { Applied, Request } from './custom-resource.ts';
import type { PlatformApplications } from './platform-applications.ts';
import { credentialsOf, platforms } from './push-credentials.ts';
import type { Secrets } from './secrets.ts';

type Surroundings = { applications: PlatformApplications; secrets: Pick<Secrets, 'read'> };

const Properties = z.object({
  Platform: z.enum(platforms),
  /** `arn:<partition>:sns:<region>:<account>:app/<platform>/<name>`: known before it is made, so that all can be repeated. */
  ApplicationArn: z.string().check(z.regex(/^arn:[\w-]+:sns:[\w-]+:\d+:app\/[A-Z_]+\/[\w.-]+$/)),
  SecretName: z.string().check(z.minLength(1)),
  /** The topic that is told of pushes that failed for good. */
  FailureTopicArn: z.string().check(z.startsWith('arn:')),
});

/** Sees to it that SNS has an application with the credentials in a secret, as CloudFormation itself cannot. */
export const ensurePlatformApplication =
  ({ applications, secrets }: Surroundings) =>
  async ({ RequestType, ResourceProperties }: Request): Promise<Applied> => {
    const { Platform, ApplicationArn: arn, SecretName, FailureTopicArn } = Properties.parse(ResourceProperties);
    if (RequestType === 'Delete') {
      await applications.remove(arn);
      return { id: arn };
    }
    const secret = await secrets.read(SecretName);
    if (secret === undefined) {
      throw new Error(`There is no secret ${SecretName}: store it as docs/push.md says, and deploy again.`);
    }
    const attributes = { ...credentialsOf(Platform, SecretName, secret), EventDeliveryFailure: FailureTopicArn };
    // One that an interrupted deployment has left takes the attributes: SNS refuses to create it with others.
    if (!(await applications.update(arn, attributes))) {
      await applications.create({ platform: Platform, name: nameOf(arn), attributes });
    }
    return { id: arn };
  };

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
