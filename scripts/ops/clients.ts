import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Where AWS is and as whom it is called; what the environment says of it without. */
export type AwsSettings = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>;

export type Clients = Disposable & {
  cloudFormation: CloudFormationClient;
  logs: CloudWatchLogsClient;
  queues: SQSClient;
  gateway: ApiGatewayV2Client;
  tables: DynamoDBDocumentClient;
};

export const openClients = (settings: AwsSettings): Clients => {
  const opened = new DisposableStack();
  const open = <C extends { destroy: () => void }>(client: C): C => opened.adopt(client, (one) => one.destroy());
  return {
    cloudFormation: open(new CloudFormationClient(settings)),
    logs: open(new CloudWatchLogsClient(settings)),
    queues: open(new SQSClient(settings)),
    gateway: open(new ApiGatewayV2Client(settings)),
    tables: DynamoDBDocumentClient.from(open(new DynamoDBClient(settings))),
    [Symbol.dispose]: () => opened.dispose(),
  };
};
