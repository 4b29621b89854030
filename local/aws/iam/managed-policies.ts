import type { Statement } from './statement.ts';

const allow = (...actions: string[]): Statement => ({ Effect: 'Allow', Action: actions, Resource: ['*'] });

/** What AWS's own policies grant, by the end of their ARN. */
const managed: ReadonlyMap<string, Statement> = new Map([
  [
    'service-role/AWSLambdaBasicExecutionRole',
    allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'),
  ],
  [
    'service-role/AmazonAPIGatewayPushToCloudWatchLogs',
    allow(
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      'logs:GetLogEvents',
      'logs:FilterLogEvents',
    ),
  ],
  [
    'AWSXRayDaemonWriteAccess',
    allow(
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:GetSamplingStatisticSummaries',
    ),
  ],
]);

/** The statement of a policy that AWS manages, or nothing when the ARN is not one of AWS's that we know. */
export const managedPolicy = (arn: string): Statement | undefined =>
  managed.get(/^arn:aws[^:]*:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? '');
