import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock, httpDate } from '../clock.ts';
import { type Injector, meetFaults } from '../faults/index.ts';
import { AwsError } from './errors.ts';
import type { Caller, Callers, Demand } from './iam/index.ts';
import { jsonProtocol } from './json-protocol.ts';
import type { AwsRequest, Capacity, Operation, Reply, Service } from './service.ts';
import { readSignature } from './signature.ts';

/** A call that reached a service of the local cloud, or was refused there. */
export type AwsCall = Operation & {
  /** The logical id of the calling function; nothing for the operator. */
  function: string | undefined;
  service: string;
  /** The HTTP status of the answer. */
  status: number;
  /** The name of the error, when it is one. */
  error?: string | undefined;
  /** What it consumed, when it is DynamoDB's. */
  consumed?: Capacity | undefined;
  /** The size of the request's body. */
  bytes: number;
  /** The size of the answer's. */
  answered: number;
  /** The request's `X-Amzn-Trace-Id`, which tells the invocation that made it. */
  trace: string | undefined;
};

export type ServerOptions = {
  port: number;
  callers: Callers;
  services: readonly Service[];
  clock: Clock;
  demand: Demand;
  faults: Injector | undefined;
  onCall: (call: AwsCall) => void;
  report: (line: string) => void;
};

export type Server = AsyncDisposable & { url: string };

/** Longer than any pause of a client's idle connection, so that none is closed under a request. */
const KEEP_ALIVE = 120_000;

/** Serves the services at one address: who calls, is it allowed, then the service's own answer. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
    void answer(options, request).then((reply) => write(options.clock, response, reply));
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** The caller behind a request's credentials. Throws an AwsError when there is none. */
export const identify = (callers: Callers, { headers }: Pick<IncomingMessage, 'headers'>): Caller => {
  const caller = callers.byAccessKey(readSignature(headers).accessKeyId);
  if (caller !== undefined) return caller;
  throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
};

/** How a request is answered before it is clear which service it is for: as most of them would. */
const anyService = jsonProtocol('', '1.0');

const answer = async (options: ServerOptions, incoming: IncomingMessage): Promise<Reply> => {
  let protocol = anyService;
  try {
    const request = await read(incoming);
    const service = findService(options.services, request);
    protocol = service.protocol;
    const caller = identify(options.callers, request);
    return await serve(options, { caller, service, request });
  } catch (error) {
    return protocol.fail(asAwsError(error, options.report));
  }
};

type Call = { caller: Caller; service: Service; request: AwsRequest };

const serve = async (options: ServerOptions, { caller, service, request }: Call): Promise<Reply> => {
  const { demand, faults, onCall, report } = options;
  const operation = service.protocol.read(request);
  const trace = request.headers['x-amzn-trace-id'];
  const call = {
    function: caller.function,
    service: service.name,
    ...operation,
    trace: typeof trace === 'string' ? trace : undefined,
  };
  const failed = (error: unknown) => service.protocol.fail(asAwsError(error, report));
  const handle = () => service.handle({ ...request, ...operation, caller });
  const attempt = async () => {
    for (const access of service.actions(operation.operation, operation.input)) demand(caller, access);
    // Whoever looks on from outside is served well.
    if (faults?.armed() !== true || caller.function === undefined) return handle();
    const { error, cut } = await meetFaults(faults, call);
    const reply = error === undefined ? await handle().catch(failed) : failed(errorOf(error));
    return { ...reply, cut };
  };
  const reply = await attempt().catch(failed);
  const { status, error, consumed } = reply;
  onCall({ ...call, status, error, consumed, bytes: request.body.length, answered: reply.body.length });
  return reply;
};

const errorOf = ({ name, message, status }: { name: string; message: string; status: number }): AwsError =>
  new AwsError(name, message, status);

const findService = (services: readonly Service[], { headers }: AwsRequest): Service => {
  const { service: wanted } = readSignature(headers);
  const found = services.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const served = services.map(({ name }) => name).join(', ');
  throw new AwsError('UnknownServiceException', `The local cloud does not serve ${wanted}; it serves ${served}.`);
};

const asAwsError = (error: unknown, report: (line: string) => void): AwsError => {
  if (error instanceof AwsError) return error;
  report(`The local AWS endpoint failed: ${error instanceof Error ? error.stack : String(error)}`);
  return new AwsError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
};

const read = (incoming: IncomingMessage): Promise<AwsRequest> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => resolve({ method, path, headers, body: Buffer.concat(chunks) }));
    incoming.once('error', () => reject(new AwsError('IncompleteBody', 'The request ended before its body did.')));
  });

/** With the cloud's date: the SDK in a function whose date is another takes every error for one of the clock, and retries. */
const write = (clock: Clock, response: ServerResponse, { status, headers, body, cut }: Reply): void => {
  if (cut === true) return void response.destroy();
  response.writeHead(status, { ...headers, date: httpDate(clock), 'content-length': body.length }).end(body);
};
