import { once } from 'node:events';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';

/** Longer than a cold start takes. */
const patience = 10_000;

/** The status of a refused upgrade, or the socket. */
export const knock = async (url: string, protocols: string[]): Promise<{ refused: number } | { socket: WebSocket }> => {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, handshakeTimeout: patience });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve({ socket }));
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve({ refused: z.int().parse(response.statusCode) });
    });
    socket.once('error', reject);
  });
};

/** The first argument of the next such event. @throws when there is none for ten seconds */
const next = async (socket: WebSocket, event: 'message' | 'close'): Promise<unknown> => {
  const heard: unknown[] = await once(socket, event, { signal: AbortSignal.timeout(patience) });
  return heard[0];
};

/** A socket, a guest's unless it has a token; closed when disposed of. */
export const connect = async (url: string, protocols = ['tandem.v1']) => {
  const knocked = await knock(url, protocols);
  if ('refused' in knocked) throw new Error(`the client is refused with ${knocked.refused}`);
  const { socket } = knocked;
  return {
    socket,
    /** The next frame, as JSON. */
    hear: async (): Promise<unknown> => {
      const data = z.instanceof(Buffer).parse(await next(socket, 'message'));
      return JSON.parse(data.toString());
    },
    /** The status code that the connection is closed with. */
    closed: () => next(socket, 'close'),
    [Symbol.dispose]: () => socket.terminate(),
  };
};
export type Guest = Awaited<ReturnType<typeof connect>>;
