import { ArnFormat, CustomResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { BundledFunction } from './function.ts';

/**
 * Sees to it that API Gateway may write logs. The role for that is a setting of the account in the region, shared by
 * all its APIs: a role is set only where there is none, and stays when the stack goes, because others may rely on it
 * by then. A plain AWS::ApiGateway::Account would replace the role of others.
 */
export class ApiGatewayLogRole extends Construct {
  /** Done when the account has a role. */
  readonly setting: CustomResource;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'The role serves every API of the account; this is the policy that API Gateway asks for.',
    });

    const account = Stack.of(this).formatArn({
      service: 'apigateway',
      account: '',
      resource: '/account',
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    const setter = new BundledFunction(this, 'api-gateway-log-role', config);
    setter.addToRolePolicy(
      new PolicyStatement({ actions: ['apigateway:GET', 'apigateway:PATCH'], resources: [account] }),
    );
    // API Gateway is the only one that the role trusts, so it can be passed to no other service.
    setter.addToRolePolicy(new PolicyStatement({ actions: ['iam:PassRole'], resources: [role.roleArn] }));
    this.setting = new CustomResource(this, 'Setting', {
      resourceType: 'Custom::ApiGatewayLogRole',
      serviceToken: setter.functionArn,
      serviceTimeout: Duration.minutes(10),
      properties: { RoleArn: role.roleArn },
    });
  }
}
