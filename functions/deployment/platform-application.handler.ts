import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { customResource } from './custom-resource.ts';
import { ensurePlatformApplication } from './platform-application.ts';
import { openPlatformApplications } from './platform-applications.ts';
import { openSecrets } from './secrets.ts';

export const handler = customResource(
  ensurePlatformApplication({
    applications: openPlatformApplications(new SNSClient()),
    secrets: openSecrets(new SecretsManagerClient()),
  }),
);
