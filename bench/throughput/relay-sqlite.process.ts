/**
 * The least that can be called a messaging server which keeps what it accepts: JSON over WebSockets, one process, one
 * table. A message is inserted before it is accepted and deleted when it is acknowledged, each in a transaction of its
 * own; what was written survives the process, as in the local cloud. `node relay-sqlite.process.ts FILE`
 */
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod/mini';
import { fromClient, type ToClient } from './relay-frames.ts';

const database = new DatabaseSync(process.argv[2] ?? ':memory:');
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS mail (recipient TEXT, id TEXT, body TEXT, PRIMARY KEY (recipient, id)) STRICT;`);
const insert = database.prepare('INSERT INTO mail VALUES (?, ?, ?)');
const remove = database.prepare('DELETE FROM mail WHERE recipient = ? AND id = ?');
const list = database.prepare('SELECT id, body FROM mail WHERE recipient = ? ORDER BY rowid');
const Mail = z.array(z.object({ id: z.string(), body: z.string() }));

const online = new Map<string, WebSocket>();
const tell = (socket: WebSocket | undefined, frame: ToClient) => socket?.send(JSON.stringify(frame));

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  let user = '';
  socket.on('message', (data: Buffer) => {
    const frame = fromClient.parse(JSON.parse(data.toString()));
    switch (frame.kind) {
      case 'hello':
        user = frame.user;
        online.set(user, socket);
        tell(socket, { kind: 'welcome' });
        for (const mail of Mail.parse(list.all(user))) tell(socket, { kind: 'message', ...mail });
        break;
      case 'send':
        insert.run(frame.to, frame.id, frame.body);
        tell(socket, { kind: 'accepted', id: frame.id });
        tell(online.get(frame.to), { kind: 'message', id: frame.id, body: frame.body });
        break;
      case 'ack':
        remove.run(user, frame.id);
        break;
    }
  });
  socket.on('close', () => online.delete(user));
});
await once(server, 'listening');
const address = server.address();
// Not to outlive who has started it.
process.once('disconnect', () => process.exit());
process.send?.(typeof address === 'object' ? address?.port : undefined);
