import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import * as z from 'zod/mini';
import { type Aws, type SnsControl, startAws } from './aws/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { openCustomResources } from './custom-resources/index.ts';
import { startEventSources } from './event-sources/index.ts';
import { type FaultLine, type FaultPlan, type Faults, openFaults } from './faults/index.ts';
import { type Gateway, managementOperations, startGateway } from './gateway/index.ts';
import { functionResources, type Lambda, type LogLine, startLambda } from './lambda/index.ts';
import { type Meter, startMeter } from './meter/index.ts';
import { portInUse } from './port-in-use.ts';
import { openQueueUrls } from './queue-urls.ts';
import { type Attributes, loadTemplate, type Template } from './template/index.ts';

/** A line that a function wrote or caused, of the gateway's access log, about a refused or failed call to AWS, or of a fault. */
export type CloudLine = LogLine | FaultLine | { source: 'gateway' | 'aws'; line: string };

export type CloudOptions = {
  /** The synthesized cloud assembly, a `cdk.out` folder. */
  app: string;
  /** The folder that keeps the data between runs; in memory without one. */
  data?: string;
  /** Where the WebSocket API listens on the loopback interface; any free port without one. */
  port?: number;
  /** Where the AWS endpoint listens; any free port without one. */
  awsPort?: number;
  clock?: Clock;
  /** The URL of another DynamoDB engine than the embedded one. */
  engine?: string;
  /**
   * How long items stay after they expired, in milliseconds: AWS takes up to days. Half a minute without it, and longer
   * where there are so many that looking through them takes a second.
   */
  timeToLiveLag?: number;
  /** A file of JSON with the values that a deployer gives to secrets, by their names; it need not exist. */
  secrets?: string;
  /** What goes wrong once the stack is deployed, and the seed of its choices. */
  faults?: FaultPlan;
  log?: (line: CloudLine) => void;
};

export type Cloud = AsyncDisposable & {
  /** The name of the stack that is served. */
  stack: string;
  /** That stack, with the names of what it consists of. */
  template: Template;
  /** What time it is in the cloud, for its functions too. */
  clock: Clock;
  /** Where clients connect: `ws://127.0.0.1:<port>/<stage>`. */
  endpoint: string;
  /** The same over HTTP, for its `@connections`. */
  management: string;
  aws: Aws;
  /** What phones would have got by mobile push, and what their providers think of them. */
  sns: SnsControl;
  lambda: Lambda;
  gateway: Gateway;
  /** Makes things go wrong. */
  faults: Faults;
  /** Counts what AWS would bill. */
  meter: Meter;
  /** Tells of each line as it is written; returns what ends that. */
  onLine: (listener: (line: CloudLine) => void) => () => void;
};

/**
 * Serves a synthesized stack on this machine until it is disposed of. Throws, in one sentence with the remedy, when a
 * port is in use or when the stack needs what is not served here.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  try {
    return await start(options);
  } catch (error) {
    throw portInUse(error) ?? error;
  }
}

async function start(options: CloudOptions) {
  const { app, data, port = 0, awsPort = 0, clock = systemClock, log: write = drop } = options;
  await using starting = new AsyncDisposableStack();
  // The template tells the functions where the API is, so it must have its port before anything else.
  const server = starting.adopt(await listen(port), close);
  const address = `127.0.0.1:${portOf(server)}`;
  const customResources = starting.use(openCustomResources(data));
  const endpoint = endpointAt(`ws://${address}`);
  const queueUrls = openQueueUrls();
  const attributes: Attributes = (resource, name) =>
    endpoint(resource, name) ?? queueUrls.attributes(resource, name) ?? customResources.attributes(resource, name);
  const template = await loadTemplate(app, { attributes });

  const listeners = new Set([write]);
  const log = (line: CloudLine) => listeners.forEach((listener) => listener(line));
  const onLine: Cloud['onLine'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const report = (line: string) => log({ source: 'aws', line });
  // What services bring to functions waits until the stack is deployed: a schedule may be overdue since the last run.
  const deployed = Promise.withResolvers<Lambda>();
  const invoke: Lambda['invoke'] = async (arn, event) => (await deployed.promise).invoke(arn, event);
  const { engine, timeToLiveLag, secrets } = options;
  const faults = openFaults({
    seed: options.faults?.seed,
    targets: () => ({
      operations: new Map([...aws.operations, ['execute-api', managementOperations]]),
      functions: [...functionResources(template).map(({ id }) => id), ...lambda.functions.keys()],
    }),
    requestOf: (trace) => lambda.requestOf(trace),
    log,
  });
  const aws = starting.use(
    await startAws({ template, port: awsPort, data, clock, engine, timeToLiveLag, secrets, faults, invoke, report }),
  );
  onLine((line) => 'function' in line && aws.writeLog(line.function, line.line));
  queueUrls.at(aws.url, template);
  const environment = (functionId: string) => {
    const { accessKeyId, secretAccessKey } = aws.credentials(functionId);
    return { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  };
  const lambda = starting.use(startLambda({ template, environment, clock, faults, report: log }));
  await customResources.deploy(template, { invoke: lambda.invoke, clock, report });
  const gateway = starting.use(
    startGateway({
      server,
      template,
      clock,
      faults,
      invoke: lambda.invoke,
      authorize: aws.authorize,
      stageLimit: aws.stageLimit,
      log: (line) => log({ source: 'gateway', line }),
    }),
  );
  server.off('connection', hangUp);

  const meter = starting.use(startMeter({ clock, lambda, gateway, aws, onLine }));
  for (const fault of options.faults?.faults ?? []) faults.add(fault);
  deployed.resolve(lambda);
  const { queues, authorizeFunction: authorize } = aws;
  starting.use(startEventSources({ template, queues, invoke, authorize, clock, report }));

  const running = starting.move();
  const path = `${address}/${stageName(template)}`;
  const urls = { endpoint: `ws://${path}`, management: `http://${path}` };
  const parts = { aws, sns: aws.sns, lambda, gateway, faults, meter, onLine };
  return {
    stack: template.stack,
    template,
    clock,
    ...urls,
    ...parts,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const drop = (): void => undefined;

const endpointAt =
  (url: string): Attributes =>
  ({ type }, name) =>
    type === 'AWS::ApiGatewayV2::Api' && name === 'ApiEndpoint' ? url : undefined;

const Stage = z.object({ StageName: z.string() });

function stageName({ stack, resources }: Template): string {
  const stage = [...resources.values()].find(({ type }) => type === 'AWS::ApiGatewayV2::Stage');
  if (stage === undefined) throw new Error(`The stack ${stack} has no API stage, so nobody could connect to it.`);
  return z.parse(Stage, stage.properties).StageName;
}

/** Whoever comes before there is a gateway would wait for it in vain, as clients do that come back to a cloud that restarts. */
function hangUp(socket: Socket): void {
  socket.destroy();
}

function listen(port: number): Promise<Server> {
  const server = createServer().on('connection', hangUp);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
  return address.port;
}
