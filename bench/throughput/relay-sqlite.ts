import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';
import type { Pair, Peer } from './peer.ts';
import { type FromClient, toClient } from './relay-frames.ts';

/** The plain relay, with its data in a folder. */
export const startRelaySqlite = async (data: string): Promise<Peer> => {
  const child = fork(new URL('./relay-sqlite.process.ts', import.meta.url), [join(data, 'mail.sqlite')]);
  const [port]: unknown[] = await once(child, 'message');
  const url = `ws://127.0.0.1:${z.int().parse(port)}`;
  let ids = 0;
  return {
    name: 'relay-sqlite',
    accepts: 'its row is committed',
    pid: child.pid ?? 0,
    newId: () => String((ids += 1)),
    encode: (bytes) => bytes.toString('base64'),
    connect: (count) => Promise.all(Array.from({ length: count }, (_, i) => connectPair(url, i))),
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'exit');
    },
  };
};

const connectPair = async (url: string, pair: number): Promise<Pair> => {
  const accepted = new Map<string, () => void>();
  const sender = await connect(url, `sender ${pair}`);
  sender.on('message', (data: Buffer) => {
    const frame = toClient.parse(JSON.parse(data.toString()));
    if (frame.kind !== 'accepted') return;
    accepted.get(frame.id)?.();
    accepted.delete(frame.id);
  });
  const receiver = await connect(url, `receiver ${pair}`);
  return {
    send: (id, body) =>
      new Promise((resolve) => {
        accepted.set(id, resolve);
        tell(sender, { kind: 'send', to: `receiver ${pair}`, id, body });
      }),
    onMessage: (handler) => {
      receiver.removeAllListeners('message').on('message', (data: Buffer) => {
        const frame = toClient.parse(JSON.parse(data.toString()));
        if (frame.kind !== 'message') return;
        handler({ id: frame.id, body: frame.body, ack: () => tell(receiver, { kind: 'ack', id: frame.id }) });
      });
    },
  };
};

const connect = async (url: string, user: string): Promise<WebSocket> => {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  tell(socket, { kind: 'hello', user });
  await once(socket, 'message');
  return socket;
};

const tell = (socket: WebSocket, frame: FromClient): void => socket.send(JSON.stringify(frame));
