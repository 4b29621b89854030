import { on, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { WebSocket } from 'ws';

export type ClientOptions = {
  path?: string;
  protocols?: string[];
  headers?: Record<string, string>;
  localAddress?: string;
};

export type Client = {
  socket: WebSocket;
  send: (message: unknown) => void;
  /** The next text frame, parsed, that came or comes. */
  next: () => Promise<unknown>;
  closed: Promise<{ code: number; reason: string }>;
  /** The TCP socket below. */
  stream: Socket;
};

/** The upgrade was answered with this status instead of 101. */
class Refused extends Error {
  readonly status: number | undefined;
  readonly body: string;
  constructor(status: number | undefined, body: string) {
    super(`The upgrade was refused with ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }
}

/** A connected WebSocket client; throws `Refused` when the upgrade is refused. */
export const openClient = async (url: string, options: ClientOptions): Promise<Client> => {
  const { path = '', protocols = [], ...rest } = options;
  const socket = new WebSocket(`${url}${path}`, protocols, { ...rest, perMessageDeflate: false });
  const frames = on(socket, 'message');
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const refused = new Promise<never>((_, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      bodyOf(response).then((body) => reject(new Refused(response.statusCode, body)), reject);
    });
    socket.on('error', reject);
  });
  const upgraded = new Promise<Socket>((resolve) => {
    socket.on('upgrade', (response) => resolve(response.socket));
  });
  await Promise.race([once(socket, 'open'), refused]);
  return {
    socket,
    stream: await upgraded,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next(): Promise<unknown> {
      const { value } = await frames.next();
      return JSON.parse(String(Array.isArray(value) ? value[0] : value));
    },
    closed,
  };
};

/** The status with which an upgrade is refused; throws when it is not. */
export const refusal = async (connecting: Promise<Client>): Promise<number | undefined> => {
  const error: unknown = await connecting.then(
    () => new Error('The upgrade was not refused.'),
    (reason: unknown) => reason,
  );
  if (error instanceof Refused) return error.status;
  throw error;
};

const bodyOf = async (response: IncomingMessage): Promise<string> => {
  response.setEncoding('utf8');
  const chunks = await response.toArray();
  return chunks.join('');
};
