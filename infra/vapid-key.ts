import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { BundledFunction } from './function.ts';
import { secretArns } from './secret-arn.ts';

/**
 * The key that browsers' push services know this stage by. It is made when there is none under its name, and outlives
 * the stack, which is why it is no resource of the template.
 */
export class VapidKey extends Construct {
  /** The name of the secret with the private key. */
  readonly secret: string;
  /** In base64url, for browsers to subscribe with. */
  readonly publicKey: string;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    this.secret = `${Stack.of(this).stackName}/vapid-key`;
    const keeper = new BundledFunction(this, 'vapid-key', config);
    keeper.addToRolePolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:CreateSecret'],
        resources: secretArns(this, this.secret),
      }),
    );
    const key = new CustomResource(this, 'Key', {
      resourceType: 'Custom::VapidKey',
      serviceToken: keeper.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: { SecretName: this.secret },
    });
    this.publicKey = key.getAttString('PublicKey');
  }
}
