import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import { type Clock, httpDate } from '../clock.ts';
import type { Injector } from '../faults/index.ts';
import type { Template } from '../template/model.ts';
import { accessLog } from './access-log.ts';
import { answerMessage } from './answer-message.ts';
import { functionCaller, type Invocation } from './call-function.ts';
import { createConnections, type Departure, departureOf } from './connections.ts';
import type { Edge } from './edge.ts';
import { type AccountQuotas, defaultAccountQuotas } from './limits.ts';
import { type Answer, type Authorize, manageConnections } from './management.ts';
import { newId } from './ids.ts';
import { readPermissions } from './permissions.ts';
import { readApi } from './read-api.ts';
import type { RateLimit } from './read-stages.ts';
import type { Connection } from './request-context.ts';
import { tellDisconnect } from './tell-disconnect.ts';
import { createThrottle } from './throttle.ts';
import type { Traffic } from './traffic.ts';
import { acceptUpgrades } from './upgrade.ts';

export type GatewayOptions = {
  /** Already listening; the gateway answers every request to it. */
  server: Server;
  template: Template;
  clock: Clock;
  invoke: (functionArn: string, event: unknown) => Promise<Invocation>;
  authorize: Authorize;
  /** Receives the access log's lines, of the stages that have one. */
  log?: (line: string) => void;
  /** What the account's owner had raised, or lowered to meet a limit sooner. */
  quotas?: Partial<AccountQuotas>;
  /** The limit that a stage was given in place of its default one, by the stage's name. */
  stageLimit?: ((stage: string) => RateLimit | undefined) | undefined;
  /** What goes wrong with connections, and with the functions' use of @connections. */
  faults?: Injector;
};

export type Gateway = {
  /** The ids of the open connections. */
  connections: () => string[];
  /** The open connections, as they are now. */
  clients: () => Connection[];
  /** Tells of connections and of the messages on them; returns what ends that. */
  onTraffic: (listener: (traffic: Traffic) => void) => () => void;
  /** Drops every connection, without a `$disconnect`. */
  [Symbol.asyncDispose]: () => Promise<void>;
};

/**
 * Serves the template's WebSocket API at `ws://{host}/{stage}` and its @connections at `http://{host}/{stage}/@connections`
 * with the cloud's limits, events and error frames. Throws when the template's API is not one that can be served.
 */
export const startGateway = (options: GatewayOptions): Gateway => {
  const { server, clock } = options;
  const listeners = new Set<(traffic: Traffic) => void>();
  const tell = (traffic: Traffic) => listeners.forEach((listener) => listener(traffic));
  const edge = createEdge(options, tell);
  let running = true;

  const gone = (connection: Connection, departure: Departure) => {
    tell({ kind: 'closed', connection });
    // Best effort, so an application must live without it.
    const dropped = edge.faults?.draw('drop-disconnect', { what: `connection ${connection.id}` });
    if (running && dropped === undefined) void tellDisconnect(edge, connection, departure);
  };
  const connections = createConnections({
    edge,
    gone,
    received: (connection, text) => void reply(connection.id, text, answerMessage(edge, connection, text)),
  });
  const reply = async (id: string, text: string, answer: Promise<string | undefined>) => {
    const routeKey = edge.api.routeOf(text)?.key ?? '$default';
    const connection = connections.get(id);
    if (connection === undefined) return;
    tell({ kind: 'received', connection, routeKey, bytes: Buffer.byteLength(text) });
    const frame = await answer;
    if (frame === undefined || connections.get(id) === undefined) return;
    const bytes = Buffer.from(frame);
    // Unverified: a response that finds the client's buffer full is lost.
    if (connections.send(connection, bytes)) tell({ kind: 'answered', connection, routeKey, bytes: bytes.length });
  };
  const upgrades = acceptUpgrades({
    edge,
    opened(connection, ...socket) {
      connections.open(connection, ...socket);
      tell({ kind: 'opened', connection });
    },
    // Unverified: that $disconnect follows a $connect whose client has left meanwhile.
    missed: (connection) => gone(connection, departureOf(1006)),
  });
  const manage = manageConnections(edge, connections, options.authorize);
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    manage(request).then(
      (answer) => send(clock, response, answer),
      // Most likely the caller hung up in the middle of its body, and nobody reads this.
      (error: unknown) =>
        send(clock, response, { status: 500, type: 'InternalServerErrorException', message: String(error) }),
    );
  };
  server.on('upgrade', upgrades.upgrade);
  server.on('request', onRequest);

  return {
    connections: () => [...connections.ids()],
    clients: () => [...connections.ids()].flatMap((id) => connections.get(id) ?? []),
    onTraffic(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      running = false;
      server.off('upgrade', upgrades.upgrade);
      server.off('request', onRequest);
      connections[Symbol.dispose]();
      await upgrades[Symbol.asyncDispose]();
    },
  };
};

const createEdge = (options: GatewayOptions, tell: Edge['tell']): Edge => {
  const { server, template, clock, invoke, log, quotas, faults, stageLimit: changed = () => undefined } = options;
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The gateway needs a server that listens on a port: call server.listen() and await "listening".');
  }
  return {
    api: readApi(template),
    clock,
    faults,
    domainName: `${address.address}:${address.port}`,
    throttle: createThrottle({ clock, quotas: { ...defaultAccountQuotas, ...quotas }, changed }),
    call: functionCaller({ clock, invoke, mayInvoke: readPermissions(template) }),
    log: accessLog(log ?? (() => undefined)),
    tell,
  };
};

/** Errors name their type in a header, by which the SDK picks the exception (REST JSON protocol). */
const send = (clock: Clock, response: ServerResponse, answer: Answer): void => {
  if (answer.cut === true) return void response.destroy();
  const isError = 'type' in answer;
  const body = isError ? { message: answer.message } : answer.body;
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'x-amzn-RequestId': newId(),
    Date: httpDate(clock),
    ...(isError && { 'x-amzn-ErrorType': answer.type }),
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
};
