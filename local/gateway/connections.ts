import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';

import { createDeadlines } from './deadlines.ts';
import type { Edge } from './edge.ts';
import { frameInspector } from './frame-rules.ts';
import { limits } from './limits.ts';
import type { Connection } from './request-context.ts';

/** `dead`: half open, which the gateway does not know: nothing that either side sends arrives. */
export type OpenConnection = Connection & { socket: WebSocket; stream: Duplex; dead: boolean };

/** How a connection ended: the WebSocket close code, and the reason in the cloud's words. */
export type Departure = { code: number; reason: string };

export type Connections = {
  /** Takes in a socket whose upgrade was admitted; `stream` are its raw bytes. */
  open: (connection: Connection, socket: WebSocket, stream: Duplex) => void;
  get: (id: string) => OpenConnection | undefined;
  ids: () => IterableIterator<string>;
  /** Sends one text message; returns false, and sends nothing, when the client has too much unread. */
  send: (connection: OpenConnection, text: Buffer) => boolean;
  close: (connection: OpenConnection, departure: Departure) => void;
  [Symbol.dispose]: () => void;
};

export type ConnectionsOptions = {
  edge: Pick<Edge, 'clock' | 'faults'>;
  received: (connection: OpenConnection, text: string) => void;
  gone: (connection: Connection, departure: Departure) => void;
};

/** The open connections; each ends once, by whichever side or limit comes first. */
export const createConnections = ({ edge, received, gone }: ConnectionsOptions): Connections => {
  const { clock, faults } = edge;
  const open = new Map<string, OpenConnection>();

  /** Whether a frame is lost, as every one after it will be. */
  const loses = (connection: OpenConnection): boolean => {
    if (connection.dead) return true;
    if (faults?.draw('half-open', { what: `connection ${connection.id}` }) === undefined) return false;
    connection.dead = true;
    // What comes is read and thrown away, so that `ws` answers no ping and no close.
    connection.stream.removeAllListeners('data').on('data', () => undefined);
    return true;
  };

  const end = (connection: OpenConnection, departure: Departure): boolean => {
    if (!open.delete(connection.id)) return false;
    idle.remove(connection);
    lifetime.remove(connection);
    gone(connection, departure);
    return true;
  };
  const close = (connection: OpenConnection, departure: Departure) => {
    if (end(connection, departure) && !connection.dead) connection.socket.close(departure.code, departure.reason);
  };
  // 1001 after 10 idle minutes is what a captured event shows. Unverified: that 2 hours end with the same code.
  const expired = (connection: OpenConnection) => close(connection, departureOf(1001));
  const idle = createDeadlines({ clock, period: limits.idle, expired });
  const lifetime = createDeadlines({ clock, period: limits.lifetime, expired });

  /** Unverified: that messages in both directions count as activity, and that pings do not. */
  const active = (connection: OpenConnection) => {
    connection.lastActiveAt = clock.now();
    idle.restart(connection);
  };

  return {
    open(admitted, socket, stream) {
      const connection = { ...admitted, socket, stream, dead: false };
      open.set(connection.id, connection);
      idle.restart(connection);
      lifetime.restart(connection);

      const inspect = frameInspector();
      const isOpen = () => open.has(connection.id);
      // Before the listener of `ws`, so that a frame that breaks a rule is never delivered. Messages that came in the same
      // chunk before it are lost with it, as a client must expect of whatever was not answered.
      stream.prependListener('data', (chunk: Buffer) => {
        const breach = isOpen() ? inspect(chunk) : undefined;
        if (breach !== undefined) close(connection, breach);
      });
      socket.addEventListener('message', ({ data }) => {
        if (!isOpen() || typeof data !== 'string' || loses(connection)) return;
        active(connection);
        received(connection, data);
      });
      socket.on('close', (code, reason) => connection.dead || end(connection, departureOf(code, reason.toString())));
      // What breaks RFC 6455 itself: `ws` closes the socket, and 'close' follows.
      socket.on('error', () => undefined);
    },
    get: (id) => open.get(id),
    ids: () => open.keys(),
    send(connection, text) {
      if (connection.socket.bufferedAmount + text.length > limits.sendBufferBytes) return false;
      if (!loses(connection)) sendInFrames(connection.socket, text);
      active(connection);
      return true;
    },
    close,
    [Symbol.dispose]() {
      idle[Symbol.dispose]();
      lifetime[Symbol.dispose]();
      open.clear();
    },
  };
};

/** Unverified: that the edge splits what it sends at the 32 KB that it demands of clients. */
const sendInFrames = (socket: WebSocket, text: Buffer): void => {
  let start = 0;
  do {
    const end = start + limits.frameBytes;
    socket.send(text.subarray(start, end), { binary: false, fin: end >= text.length });
    start = end;
  } while (start < text.length);
};

/** The cloud's words for a close without a reason: 1000 from boto/boto3#3789, the others from captured events. */
const REASONS = new Map([
  [1000, 'Connection Closed Normally'],
  [1001, 'Going away'],
  [1005, 'Client-side close frame status not set'],
]);

/** Unverified: the reason of any other code is the client's own, or empty. */
export const departureOf = (code: number, reason = ''): Departure => ({
  code,
  reason: reason === '' ? (REASONS.get(code) ?? '') : reason,
});
