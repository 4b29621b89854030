import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { BundledFunction } from './function.ts';
import { PlatformApplications } from './platform-applications.ts';
import { secretArn } from './secret-arn.ts';
import { VapidKey } from './vapid-key.ts';
import { WorkQueue } from './work-queue.ts';

/** By what devices are woken, as far as the deployer has set it up, and the upkeep of where they are reached. */
export class Push extends Construct {
  /** Of push tokens that are to be forgotten: those that devices give up, and those of failed pushes. */
  readonly releases: WorkQueue;
  /** JSON, as functions/shared/push-settings.ts reads it. */
  readonly settings: string;
  private readonly applications: PlatformApplications['arns'];
  private readonly vapidKey: VapidKey | undefined;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    this.releases = new WorkQueue(this, 'Releases');
    this.applications = new PlatformApplications(this, 'Applications', { config, failures: this.failures() }).arns;
    const { webPushSubject: subject, webPushHosts: hosts } = config;
    this.vapidKey = subject === undefined ? undefined : new VapidKey(this, 'VapidKey', config);
    const webPush = this.vapidKey && {
      publicKey: this.vapidKey.publicKey,
      secret: this.vapidKey.secret,
      subject,
      hosts,
    };
    this.settings = Stack.of(this).toJsonString({ applications: this.applications, ...(webPush && { webPush }) });
  }

  /** The topic that SNS tells of pushes that failed for good. */
  private failures(): Topic {
    const topic = new Topic(this, 'Failures', { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('sns.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    const { queue, deadLetters } = this.releases;
    topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true, deadLetterQueue: deadLetters }));
    return topic;
  }

  /** Allows the function these SNS actions on the endpoints of this stage's phones. */
  grantEndpoints(lambda: BundledFunction, actions: readonly string[]): void {
    const applications = Object.values(this.applications);
    if (applications.length === 0) return;
    const stack = Stack.of(this);
    const resourceName = `*/${stack.stackName}/*`;
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    const endpoints = stack.formatArn({ service: 'sns', resource: 'endpoint', resourceName, arnFormat });
    for (const action of actions) {
      const resources = action === 'CreatePlatformEndpoint' ? applications : [endpoints];
      lambda.addToRolePolicy(new PolicyStatement({ actions: [`sns:${action}`], resources }));
    }
    Validations.of(lambda.role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:endpoint/${resourceName}]`,
      reason: 'Endpoints are made for phones: their ids are known at run time only. The application’s name is fixed.',
    });
  }

  /** Allows the function to read the private key for push services of browsers, if there is one. */
  grantVapidKey(lambda: BundledFunction): void {
    if (this.vapidKey === undefined) return;
    const resources = [secretArn(this, this.vapidKey.secret)];
    lambda.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
  }
}
