import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type Config, isDisposable } from './config.ts';

/** The two tables. Their ids here never change: CloudFormation would replace them, empty. */
export class Storage extends Construct {
  /** Who exists and how to reach them. */
  readonly directory: TableV2;
  /** Envelopes on their way. */
  readonly mailboxes: TableV2;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    const disposable = isDisposable(config);
    const both = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      billing: Billing.onDemand(),
      // DynamoDB's own key costs nothing a request. Whoever holds the table learns no message: clients encrypt them.
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      deletionProtection: !disposable,
      removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    };
    this.directory = new TableV2(this, 'Directory', {
      ...both,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });
    this.mailboxes = new TableV2(this, 'Mailboxes', both);
    Validations.of(this.mailboxes).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'Restored mailboxes would bring back envelopes that their devices have acknowledged and deleted.',
    });
  }
}
