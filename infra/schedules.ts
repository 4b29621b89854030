import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { BundledFunction } from './function.ts';

/** Where functions make one-time schedules that lead to a queue. All go with the stack. */
export class Schedules extends Construct {
  /** JSON, as functions/shared/env.ts reads it. */
  readonly settings: string;
  private readonly group: string;
  private readonly role: Role;

  constructor(scope: Construct, id: string, queue: Queue) {
    super(scope, id);
    const stack = Stack.of(this);
    this.group = stack.stackName;
    const group = new CfnScheduleGroup(this, 'Group', { name: this.group });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { ArnEquals: { 'aws:SourceArn': group.attrArn } },
      }),
    });
    this.role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    this.settings = stack.toJsonString({ group: group.ref, queue: queue.queueArn, role: this.role.roleArn });
  }

  /** Allows the function to make and delete schedules. */
  grant(lambda: BundledFunction): void {
    const resourceName = `${this.group}/*`;
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    const schedules = Stack.of(this).formatArn({ service: 'scheduler', resource: 'schedule', resourceName, arnFormat });
    const actions = ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'];
    lambda.addToRolePolicy(new PolicyStatement({ actions, resources: [schedules] }));
    lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
    Validations.of(lambda.role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/${resourceName}]`,
      reason: 'Schedules are named after devices: the names are known at run time only. The group is fixed.',
    });
  }
}
