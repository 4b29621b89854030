import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type Envelope, events, type MethodName, methods, type Params, type Result, ServerFrame } from '#protocol';

/** A connection that speaks the protocol frame by frame, as cheaply as can be: it is the other end that is measured. */
export type Socket = AsyncDisposable & {
  /** Throws when it is answered with an error, or the connection ends first. */
  call: <M extends MethodName>(method: M, params: Params<M>) => Promise<Result<M>>;
  notify: <M extends MethodName>(method: M, params: Params<M>) => void;
  /** Hears what is delivered, from now on. */
  onDelivery: (handler: (envelopes: Envelope[]) => void) => void;
};

type Pending = { resolve: (result: unknown) => void; reject: (error: Error) => void };

/** Throws when the upgrade is refused. */
export const openSocket = async (endpoint: string, protocols: string[]): Promise<Socket> => {
  const socket = new WebSocket(endpoint, protocols, { perMessageDeflate: false });
  await once(socket, 'open');
  const pending = new Map<unknown, Pending>();
  let take: ((envelopes: Envelope[]) => void) | undefined;
  let calls = 0;

  socket.on('message', (data: Buffer) => {
    const frame = ServerFrame.parse(JSON.parse(data.toString()));
    if ('method' in frame) {
      if (frame.method === 'relay.deliver') take?.(events['relay.deliver'].parse(frame.params).envelopes);
      return;
    }
    // The gateway's own words name no call: nothing that was asked of it will be answered.
    const answered = 'id' in frame ? [pending.get(frame.id)] : [...pending.values()];
    for (const one of answered) {
      if ('result' in frame) one?.resolve(frame.result);
      else one?.reject(new Error(`The cloud answers ${data.toString()}`));
    }
  });
  socket.on('close', (code) => {
    for (const { reject } of pending.values()) reject(new Error(`The connection was closed with ${code}.`));
  });
  const send = (frame: object) => socket.send(JSON.stringify({ jsonrpc: '2.0', ...frame }));

  return {
    call: async (method, params) => {
      const id = (calls += 1);
      const { promise, ...settle } = Promise.withResolvers<unknown>();
      pending.set(id, settle);
      send({ id, method, params });
      return methods[method].result.parse(await promise.finally(() => pending.delete(id)));
    },
    notify: (method, params) => send({ method, params }),
    onDelivery: (handler) => {
      take = handler;
    },
    async [Symbol.asyncDispose]() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
};
