import { Fn, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  DomainName,
  LogGroupLogDestination,
  SecurityPolicy,
  WebSocketApi,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import * as z from 'zod';
import { ApiGatewayLogRole } from './api-gateway-log-role.ts';
import { type Config, customDomain, type Domain } from './config.ts';
import type { BundledFunction } from './function.ts';
import { Log } from './log.ts';

/**
 * One line a frame, connect and disconnect. The connect token is a header, messages are bodies, addresses of people
 * are identity: nothing of these belongs in a log.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
const accessLog = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  event: '$context.eventType',
  route: '$context.routeKey',
  connection: '$context.connectionId',
  message: '$context.messageId',
  status: '$context.status',
  error: '$context.error.responseType',
  functionStatus: '$context.integration.status',
  functionLatency: '$context.integrationLatency',
  authorizerStatus: '$context.authorizer.status',
};

/** A domain of the deployer's own, with its certificate. */
const serve = (scope: Construct, { host, certificate }: Domain): DomainName =>
  new DomainName(scope, 'Domain', {
    domainName: host,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificate),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });

/** The WebSocket API and its one stage; routes.ts leads frames from here to functions. */
export class Endpoint extends Construct {
  readonly api: WebSocketApi;
  /** `wss://<api>.execute-api.<region>.amazonaws.com/<stage>`: where functions find connections. */
  readonly url: string;
  /** Where clients connect: the domain of the deployer's own, where the stack serves it. */
  readonly publicUrl: string;
  /** Where the DNS name of that domain has to point to. */
  readonly domainTarget: string | undefined;
  readonly accessLog: Log;
  private readonly stageName: string;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    this.stageName = config.stage;
    this.api = new WebSocketApi(this, 'Api', {
      apiName: `tandem-${config.stage}`,
      routeSelectionExpression: '$request.body.method',
    });
    this.url = Fn.join('/', [this.api.apiEndpoint, config.stage]);
    const domain = customDomain(config);
    this.publicUrl = domain === undefined ? this.url : `wss://${domain.host}`;
    const domainName = domain && serve(this, domain);
    this.domainTarget = domainName?.regionalDomainName;

    this.accessLog = new Log(this, 'AccessLog', config);
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: config.stage,
      autoDeploy: true,
      ...(domainName !== undefined && { domainMapping: { domainName } }),
      throttle: { rateLimit: config.throttlingRate, burstLimit: config.throttlingBurst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLog)),
      },
    });
    // Without the role, API Gateway refuses a stage that logs.
    stage.node.addDependency(new ApiGatewayLogRole(this, 'LogRole', config).setting);
  }

  /** Allows the function to send to (`POST`) or to close (`DELETE`) any open connection of this stage. */
  grantConnections(lambda: BundledFunction, verbs: readonly ('POST' | 'DELETE')[]): void {
    const stack = Stack.of(this);
    const { Ref: api } = z.object({ Ref: z.string() }).parse(stack.resolve(this.api.apiId));
    for (const verb of verbs) {
      const resourceName = `${this.stageName}/${verb}/@connections/*`;
      lambda.addToRolePolicy(
        new PolicyStatement({
          actions: ['execute-api:ManageConnections'],
          resources: [stack.formatArn({ service: 'execute-api', resource: this.api.apiId, resourceName })],
        }),
      );
      Validations.of(lambda.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${api}>/${resourceName}]`,
        reason: 'Connections come and go: their ids are known at run time only. The stage and the verb are fixed.',
      });
    }
  }
}
