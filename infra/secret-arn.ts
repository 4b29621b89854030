import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const arnFormat = ArnFormat.COLON_RESOURCE_NAME;

/** What a policy calls the secret of a name: Secrets Manager ends an ARN with six characters of its own. */
export const secretArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${name}-??????`,
    arnFormat,
  });

/** The same for a secret that need not be there yet: until then it has no such ending. */
export const secretArns = (scope: Construct, name: string): string[] => [
  Stack.of(scope).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName: name, arnFormat }),
  secretArn(scope, name),
];
