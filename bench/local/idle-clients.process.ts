import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as z from 'zod/mini';

/** How many connect at a time, and how long each of these takes at least: below the account's 500 new connections a second. */
const lanes = 2;
const pace = 5;

const Wanted = z.object({ endpoint: z.string(), count: z.int() });
type Wanted = z.infer<typeof Wanted>;

const sockets = new Set<WebSocket>();
let clients = 0;
let refused: string | undefined;

process.on('message', (message) => {
  void connect(Wanted.parse(message)).then(() => process.send?.({ open: sockets.size, refused }));
});

async function connect({ endpoint, count }: Wanted): Promise<void> {
  const lane = async (share: number): Promise<void> => {
    for (let left = share; left > 0; left -= 1) await Promise.all([open(endpoint), delay(pace)]);
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(Math.floor((count + index) / lanes))));
}

function open(endpoint: string): Promise<void> {
  const socket = new WebSocket(endpoint, ['tandem.v1'], { perMessageDeflate: false, localAddress: nextAddress() });
  socket.once('open', () => sockets.add(socket));
  socket.once('close', () => sockets.delete(socket));
  return new Promise((resolve) => {
    socket.once('open', resolve);
    socket.on('error', (error) => {
      refused = error.message;
      resolve();
    });
  });
}

/** Each client has an address of its own (RFC 1122: all of 127/8 is this machine), for guests are counted by theirs. */
function nextAddress(): string {
  clients += 1;
  return `127.2.${Math.floor(clients / 256)}.${clients % 256}`;
}
