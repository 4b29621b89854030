import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Injector } from '../faults/index.ts';
import type { Invocation } from '../lambda/index.ts';
import type { StackDescription, Template } from '../template/model.ts';
import { type StageLimit, startApiGateway } from './apigateway/index.ts';
import { serveCloudFormation } from './cloudformation/index.ts';
import { startDynamodb } from './dynamodb/index.ts';
import { AwsError } from './errors.ts';
import { accessControl, type Caller, type Credentials, issueCredentials, readResourcePolicies } from './iam/index.ts';
import { startLogs } from './logs/index.ts';
import { startScheduler } from './scheduler/index.ts';
import { startSecretsManager } from './secretsmanager/index.ts';
import { type AwsCall, identify, startServer } from './server.ts';
import { type SnsControl, startSns } from './sns/index.ts';
import { openQueues, type Queues, serveSqs } from './sqs/index.ts';

export { startEngine } from './dynamodb/index.ts';
export type { Credentials } from './iam/index.ts';
export type { AwsCall } from './server.ts';
export type { Outbox, Provider, Push, SnsControl } from './sns/index.ts';

export type AwsOptions = {
  /** Without its description, CloudFormation is not served. */
  template: Template & { description?: StackDescription };
  /** Where to listen on the loopback interface; 0 for any free port. */
  port: number;
  /** The folder that keeps the data between runs; in memory without one. */
  data: string | undefined;
  clock: Clock;
  /** The URL of another DynamoDB engine than the embedded one. */
  engine?: string | undefined;
  /** How long items stay after they expired, in milliseconds. */
  timeToLiveLag?: number | undefined;
  /** Runs a function by its ARN, for what a service brings to one. */
  invoke?: ((functionArn: string, event: unknown) => Promise<Invocation>) | undefined;
  /** A file of JSON with the values that a deployer gives to secrets, by their names. */
  secrets?: string | undefined;
  /** What goes wrong with calls of functions. */
  faults?: Injector | undefined;
  /** Told, a line each, what was denied and what failed; standard error by default. */
  report?: ((line: string) => void) | undefined;
};

/** With the function that asks, by its logical id; nothing for the operator. */
type Verdict = { allowed: true; function: string | undefined } | { allowed: false; message: string };

export type Aws = AsyncDisposable & {
  /** What `AWS_ENDPOINT_URL` is set to. */
  url: string;
  region: string;
  /** The credentials of a function, by its logical id. Throws when the template has no such function. */
  credentials: (functionId: string) => Credentials;
  /** An administrator's credentials, for tests and the command line. */
  operator: Credentials;
  /** Whether the signer of a request may do `action` on the ARN `resource`, for a service that is served elsewhere. */
  authorize: (request: Pick<IncomingMessage, 'headers'>, action: string, resource: string) => Verdict;
  /** Whether a function, by its logical id, may do that: for what the cloud does in the function's name. */
  authorizeFunction: (functionId: string, action: string, resource: string) => Verdict;
  /** The operations that each service serves. */
  operations: ReadonlyMap<string, readonly string[]>;
  /** The queues of the template, for what the cloud itself sends and receives. */
  queues: Queues;
  /** Takes a line that a function wrote, by its name, into the function's log group. */
  writeLog: (functionName: string, line: string) => void;
  /** The limit that a stage was given in place of the template's, by its name. */
  stageLimit: (stage: string) => StageLimit | undefined;
  /** What the phones would have got, and what their providers think of them. */
  sns: SnsControl;
  /** Tells of each call to a service once its answer is known; returns what ends that. */
  onCall: (listener: (call: AwsCall) => void) => () => void;
};

/** Starts the one endpoint that the AWS clients of all functions talk to, under the policies of the template. */
export const startAws = async (options: AwsOptions): Promise<Aws> => {
  const { template, port, data, clock, engine, timeToLiveLag = 0, faults, invoke = noFunctions } = options;
  const report = options.report ?? ((line: string) => process.stderr.write(`${line}\n`));
  await using starting = new AsyncDisposableStack();
  const { description } = template;
  const callers = issueCredentials(template);
  const demand = accessControl(readResourcePolicies(template), report);
  const queues = starting.use(openQueues({ template, data, clock, demand }));
  const apiGateway = starting.use(startApiGateway({ template, data, clock }));
  const logs = startLogs({ template, clock });
  const sns = starting.use(startSns({ template, data, clock, demand, queues, invoke, report }));
  const services = [
    sns,
    starting.use(await startSecretsManager({ template, data, file: options.secrets, now: clock.now })),
    apiGateway,
    logs,
    ...(description === undefined ? [] : [serveCloudFormation(description, clock)]),
    serveSqs(queues, clock),
    starting.use(startScheduler({ template, data, clock, demand, queues, invoke, report })),
    starting.use(await startDynamodb({ template, data, engine, timeToLiveLag, clock, faults, report })),
  ];
  const listeners = new Set<(call: AwsCall) => void>();
  const tell = (call: AwsCall) => listeners.forEach((listener) => listener(call));
  const serving = { port, callers, services, clock, demand, faults, report };
  const server = starting.use(await startServer({ ...serving, onCall: tell }));

  const verdict = (find: () => Caller, action: string, resource: string): Verdict => {
    try {
      const caller = find();
      demand(caller, { action, resource, context: {} });
      return { allowed: true, function: caller.function };
    } catch (error) {
      if (error instanceof AwsError) return { allowed: false, message: error.message };
      throw error;
    }
  };
  const running = starting.move();
  return {
    url: server.url,
    region: template.region,
    credentials: callers.credentials,
    operator: callers.operator,
    authorize: (request, action, resource) => verdict(() => identify(callers, request), action, resource),
    authorizeFunction: (id, action, resource) => verdict(() => callers.caller(id), action, resource),
    operations: new Map(services.map(({ name, operations }) => [name, operations])),
    queues,
    writeLog: logs.write,
    stageLimit: apiGateway.stages.limit,
    sns: { outbox: sns.outbox, provider: sns.provider },
    onCall: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const noFunctions = (functionArn: string): Promise<Invocation> =>
  Promise.reject(new Error(`${functionArn} is not run: only the AWS endpoint was started, without Lambda.`));
