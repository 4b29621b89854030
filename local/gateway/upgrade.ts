import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { type WebSocket, WebSocketServer } from 'ws';

import { admit, type Admission } from './admit.ts';
import type { Edge } from './edge.ts';
import { limits } from './limits.ts';
import type { Connection } from './request-context.ts';

export type UpgradeOptions = {
  edge: Edge;
  opened: (connection: Connection, socket: WebSocket, stream: Duplex) => void;
  /** Called instead of `opened` for a client that left while `$connect` ran. */
  missed: (connection: Connection) => void;
};

export type Upgrades = {
  upgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void;
  /** Drops every socket, open or about to be. */
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** Completes the WebSocket handshake of the clients that are admitted. */
export const acceptUpgrades = ({ edge, opened, missed }: UpgradeOptions): Upgrades => {
  const admissions = new WeakMap<IncomingMessage, Exclude<Admission, { refused: number }>>();
  const waiting = new Set<Duplex>();

  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    // ws has checked by now that the handshake is one.
    verifyClient: ({ req }, verified) => {
      void decide(req, (admission) => {
        if (!('refused' in admission)) return verified(true);
        const message = JSON.stringify({ message: STATUS_CODES[admission.refused] });
        return verified(false, admission.refused, message, { 'Content-Type': 'application/json' });
      });
    },
    // A client that offered subprotocols and is told none, or another, fails the connection: RFC 6455, section 4.1, and
    // AGW websocket-connect-route-subprotocol.html
    handleProtocols: (_offered, request) => admissions.get(request)?.subprotocol ?? false,
  });

  // By itself, so that what a connection keeps alive is this and not its request with all the headers.
  const wait = (stream: Duplex): void => {
    waiting.add(stream);
    stream.once('close', () => waiting.delete(stream));
  };

  const decide = async (request: IncomingMessage, answer: (admission: Admission) => void): Promise<void> => {
    const admission = await admit(edge, request);
    waiting.delete(request.socket);
    if (!('refused' in admission)) admissions.set(request, admission);
    answer(admission);
    if (!('refused' in admission) && request.socket.destroyed) missed(admission.connection);
  };

  return {
    upgrade(request, stream, head) {
      wait(stream);
      server.handleUpgrade(request, stream, head, (socket) => {
        const admission = admissions.get(request);
        if (admission !== undefined) opened(admission.connection, socket, stream);
      });
    },
    async [Symbol.asyncDispose]() {
      for (const stream of waiting) stream.destroy();
      const closed = [...server.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of server.clients) socket.terminate();
      server.close();
      await Promise.all(closed);
    },
  };
};
