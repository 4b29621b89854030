import { createServer, type Server } from 'node:http';
import * as z from 'zod/mini';
import { type Aws, startAws } from './aws/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Gateway, startGateway } from './gateway/index.ts';
import { type Lambda, type LogLine, startLambda } from './lambda/index.ts';
import { type Attributes, loadTemplate, type Template } from './template/index.ts';

/** A line that a function wrote or caused, of the gateway's access log, or about a refused or failed call to AWS. */
export type CloudLine = LogLine | { source: 'gateway' | 'aws'; line: string };

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
  log?: (line: CloudLine) => void;
};

export type Cloud = AsyncDisposable & {
  /** The name of the stack that is served. */
  stack: string;
  /** Where clients connect: `ws://127.0.0.1:<port>/<stage>`. */
  endpoint: string;
  /** The same over HTTP, for its `@connections`. */
  management: string;
  aws: Aws;
  lambda: Lambda;
  gateway: Gateway;
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

async function start({ app, data, port = 0, awsPort = 0, clock = systemClock, engine, log = drop }: CloudOptions) {
  await using starting = new AsyncDisposableStack();
  // The template tells the functions where the API is, so it must have its port before anything else.
  const server = starting.adopt(await listen(port), close);
  const address = `127.0.0.1:${portOf(server)}`;
  const template = await loadTemplate(app, { attributes: endpointAt(`ws://${address}`) });

  const report = (line: string) => log({ source: 'aws', line });
  const aws = starting.use(await startAws({ template, port: awsPort, data, clock, engine, report }));
  const environment = (functionId: string) => {
    const { accessKeyId, secretAccessKey } = aws.credentials(functionId);
    return { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  };
  const lambda = starting.use(startLambda({ template, environment, clock, report: log }));
  const gateway = starting.use(
    startGateway({
      server,
      template,
      clock,
      invoke: lambda.invoke,
      authorize: aws.authorize,
      log: (line) => log({ source: 'gateway', line }),
    }),
  );

  const running = starting.move();
  const path = `${address}/${stageName(template)}`;
  const urls = { endpoint: `ws://${path}`, management: `http://${path}` };
  return { stack: template.stack, ...urls, aws, lambda, gateway, [Symbol.asyncDispose]: () => running.disposeAsync() };
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

function listen(port: number): Promise<Server> {
  const server = createServer();
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

function portInUse(error: unknown): Error | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error)) return undefined;
  const message = `Port ${String(error.port)} of 127.0.0.1 is in use: stop what listens there, or choose another port.`;
  return new Error(message, { cause: error });
}
