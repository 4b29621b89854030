import { EventEmitter, on, once } from 'node:events';
import { createServer } from 'node:http';

import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import * as z from 'zod/mini';

import {
  type AccountQuotas,
  type Authorize,
  type Gateway,
  type GatewayOptions,
  type Invocation,
  startGateway,
} from '../../../local/gateway/index.ts';
import type { Injector } from '../../../local/faults/index.ts';
import { type MovableClock, standingClock } from '../../../local/movable-clock.ts';
import { chatTemplate, type RouteSpec, type TemplateSpec } from './chat-template.ts';
import { openClient, type Client, type ClientOptions } from './client.ts';

/** What a function of a test does with an event. */
export type Handler = (event: unknown) => Promise<Invocation> | Invocation;

export type ChatOptions = Omit<TemplateSpec, 'routes'> & {
  routes?: Record<string, Handler | (RouteSpec & { run: Handler })>;
  authorize?: Authorize;
  authorizerRuns?: Handler;
  quotas?: Partial<AccountQuotas>;
  faults?: Injector;
  stageLimit?: GatewayOptions['stageLimit'];
};

export type ChatCloud = AsyncDisposable & {
  gateway: Gateway;
  clock: MovableClock;
  /** `ws://127.0.0.1:port`, without the stage. */
  url: string;
  log: string[];
  /** The names of the functions that were invoked, in order. */
  invoked: string[];
  connect: (options?: ClientOptions) => Promise<Client>;
  /** The next event that a function gets, or got and was not yet asked for. */
  eventOf: (functionName: string) => Promise<Received>;
  management: (stage?: string) => ApiGatewayManagementApiClient;
};

const Received = z.looseObject({ requestContext: z.looseObject({ connectionId: z.string() }) });
type Received = z.infer<typeof Received>;

export const ok = (body?: string): Invocation => ({
  payload: { statusCode: 200, ...(body !== undefined && { body }) },
});

/** A WebSocket API of test-made functions behind the gateway, on a real port. */
export const startChat = async ({ routes = {}, authorizerRuns, ...options }: ChatOptions = {}): Promise<ChatCloud> => {
  const specs: NonNullable<ChatOptions['routes']> = { $connect: () => ok(), $disconnect: () => ok(), ...routes };
  const handlers = new Map<string, Handler>(
    Object.entries(specs).map(([key, spec]) => [key, typeof spec === 'function' ? spec : spec.run]),
  );
  if (authorizerRuns !== undefined) handlers.set('authorizer', authorizerRuns);

  const arrivals = new EventEmitter();
  const queues = new Map([...handlers.keys()].map((name) => [name, on(arrivals, name)]));
  const invoked: string[] = [];
  const log: string[] = [];
  const clock = standingClock(Date.UTC(2024, 1, 9, 18, 11, 43));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');

  const template = chatTemplate({
    ...options,
    routes: Object.fromEntries(
      Object.entries(specs).map(([key, spec]) => [key, typeof spec === 'function' ? {} : spec]),
    ),
  });
  const gateway = startGateway({
    server,
    template,
    clock,
    authorize: options.authorize ?? (() => ({ allowed: true })),
    log: (line) => log.push(line),
    ...(options.quotas !== undefined && { quotas: options.quotas }),
    ...(options.faults !== undefined && { faults: options.faults }),
    stageLimit: options.stageLimit,
    async invoke(arn, event) {
      const name = arn.split(':').at(-1) ?? '';
      invoked.push(name);
      arrivals.emit(name, event);
      return handlers.get(name)?.(event) ?? { error: 'unhandled', message: `There is no function ${name}` };
    },
  });

  const address = z.parse(z.object({ port: z.number() }), server.address());
  const host = `127.0.0.1:${address.port}`;
  const clients: Client[] = [];
  return {
    gateway,
    clock,
    url: `ws://${host}`,
    log,
    invoked,
    async connect(options = {}) {
      const client = await openClient(`ws://${host}/dev`, options);
      clients.push(client);
      return client;
    },
    async eventOf(name) {
      const arrival: IteratorResult<unknown[], unknown> | undefined = await queues.get(name)?.next();
      return z.parse(Received, z.parse(z.array(z.unknown()), arrival?.value)[0]);
    },
    management: (stage = 'dev') =>
      new ApiGatewayManagementApiClient({
        endpoint: `http://${host}/${stage}`,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
        maxAttempts: 1,
      }),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.socket.terminate();
      await gateway[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
};
