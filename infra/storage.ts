import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, Billing, type ITableV2, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type Config, isDisposable } from './config.ts';

/** A table, as far as whoever uses it needs to know. */
export type Table = Pick<ITableV2, 'tableArn' | 'tableName'>;

/** The two tables. Their ids here never change: CloudFormation would replace them, empty. */
export class Storage extends Construct {
  /** Who exists and how to reach them: the stack's own table, or one that it was restored to. */
  readonly directory: Table;
  /** Envelopes on their way. */
  readonly mailboxes: Table;

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
    const restored = config.directoryTables?.[config.stage];
    const directory = new TableV2(this, 'Directory', {
      ...both,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });
    // The stack's own stays beside it: it may be what the next restore is made of.
    this.directory = restored === undefined ? directory : TableV2.fromTableName(this, 'Restored', restored);
    const mailboxes = new TableV2(this, 'Mailboxes', both);
    Validations.of(mailboxes).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'Restored mailboxes would bring back envelopes that their devices have acknowledged and deleted.',
    });
    this.mailboxes = mailboxes;
  }
}
