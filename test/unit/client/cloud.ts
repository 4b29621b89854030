import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod/mini';
import {
  Call,
  type EventName,
  type EventParams,
  errors,
  isMethod,
  type MethodName,
  type Params,
  type Result,
  subprotocol,
  TandemError,
  methods,
} from '#protocol';

/** A connection as this cloud sees it. */
type Peer = {
  /** Undefined for a guest. */
  token: string | undefined;
  say: (frame: object) => void;
  notify: <E extends EventName>(event: E, params: EventParams<E>) => void;
  terminate: () => void;
};

export type Rules = { [M in MethodName]?: (params: Params<M>, from: Peer) => Result<M> | Promise<Result<M>> };

type Heard = { call: Call; from: Peer };

type Options = {
  rules?: Rules;
  /** Whether a connection with this token, or without one, is let in. */
  admit?: (token: string | undefined) => boolean;
  now?: () => number;
};

const address = z.object({ port: z.number() });

const errorOf = (error: unknown) => {
  if (!(error instanceof TandemError)) throw error;
  const { rpc, retryable, message } = errors[error.code];
  const { code, details, retryAfterMs } = error;
  return { code: rpc, message, data: { code, retryable, details, retryAfterMs } };
};

/** A WebSocket server that answers by rules which a test gives; what has no rule stays unanswered. */
export const startCloud = async ({ rules = {}, admit = () => true, now = Date.now }: Options = {}) => {
  const events = new EventEmitter();
  const heard: Heard[] = [];
  const peers: Peer[] = [];
  const offers: (string | undefined)[] = [];
  const all: Rules = {
    'session.time': () => ({ now: now(), protocol: subprotocol, minimumClient: '0.0.0' }),
    // As a cloud of the release before: nobody can bring it a list.
    'account.restore': () => {
      throw new TandemError('method_not_found');
    },
    ...rules,
  };

  const run = async <M extends MethodName>(rule: Rules[M], method: M, { call, from }: Heard): Promise<unknown> =>
    rule?.(methods[method].params.parse(call.params), from);

  const answer = async (method: MethodName, { call, from }: Heard): Promise<void> => {
    if (all[method] === undefined) return;
    try {
      const result = await run(all[method], method, { call, from });
      if (call.id !== undefined) from.say({ jsonrpc: '2.0', id: call.id, result });
    } catch (error) {
      from.say({ jsonrpc: '2.0', id: call.id, error: errorOf(error) });
    }
  };

  const welcome = (socket: WebSocket, token: string | undefined) => {
    const say = (frame: object) => socket.send(JSON.stringify(frame));
    const peer: Peer = {
      token,
      say,
      notify: (method, params) => say({ jsonrpc: '2.0', method, params }),
      terminate: () => socket.terminate(),
    };
    socket.on('message', (data: Buffer) => {
      const call = Call.parse(JSON.parse(data.toString()));
      heard.push({ call, from: peer });
      events.emit('change');
      if (isMethod(call.method)) void answer(call.method, { call, from: peer });
    });
    peers.push(peer);
    events.emit('change');
  };

  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => subprotocol });
  server.on('upgrade', (request, socket, head) => {
    const [, token] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim());
    offers.push(token);
    events.emit('change');
    if (!admit(token)) return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    return sockets.handleUpgrade(request, socket, head, (accepted) => welcome(accepted, token));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const nth = async <T>(find: () => readonly T[], count: number): Promise<T> => {
    for (;;) {
      const found = find()[count - 1];
      if (found !== undefined) return found;
      await once(events, 'change');
    }
  };

  return {
    endpoint: `ws://127.0.0.1:${address.parse(server.address()).port}/`,
    /** Tokens with which somebody wanted to connect; undefined for a guest. */
    offers,
    /** The calls of a method so far. */
    calls: (method: MethodName) => heard.map(({ call }) => call).filter((call) => call.method === method),
    /** The nth call of a method, past or coming. */
    heard: (method: MethodName, count = 1) => nth(() => heard.filter(({ call }) => call.method === method), count),
    /** The nth connection, past or coming. */
    peer: (count = 1) => nth(() => peers, count),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
};
