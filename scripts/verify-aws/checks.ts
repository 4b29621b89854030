import { deepEqual, equal, partialDeepStrictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Guest, knock } from './socket.ts';

/** What a deployed stage and the local cloud must both do; throws, with both values, where one does not. */
type Check = (endpoint: string) => Promise<void>;

const time = (id: number, padding = '') =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'session.time', params: { padding } });

const asGuest =
  (check: (guest: Guest) => Promise<void>): Check =>
  async (endpoint) => {
    using guest = await connect(endpoint);
    await check(guest);
  };

/** The next frame answers this call: nothing was said before it. */
const answers = async (guest: Guest, id: number) => {
  const heard = guest.hear();
  guest.socket.send(time(id));
  partialDeepStrictEqual(await heard, { jsonrpc: '2.0', id, result: { protocol: 'tandem.v1' } });
};

const fails = async (guest: Guest, frame: string, code: number) => {
  const heard = guest.hear();
  guest.socket.send(frame);
  partialDeepStrictEqual(await heard, { error: { code } });
};

/** One message in frames of 30 KB, as a client may split it. */
const sendInFrames = (guest: Guest, message: string) => {
  const size = 30 * 1024;
  for (let at = 0; at < message.length; at += size) {
    guest.socket.send(message.slice(at, at + size), { fin: at + size >= message.length });
  }
};

export const checks: Readonly<Record<string, Check>> = {
  'the subprotocol is echoed': asGuest(async ({ socket }) => equal(socket.protocol, 'tandem.v1')),
  'without a subprotocol the upgrade is refused with 401': async (endpoint) =>
    deepEqual(await knock(endpoint, []), { refused: 401 }),
  'a bad token is refused with 403': async (endpoint) =>
    deepEqual(await knock(endpoint, ['tandem.v1', 'token']), { refused: 403 }),
  'a URL of more than 4096 characters is refused with 414': async (endpoint) =>
    deepEqual(await knock(`${endpoint}?padding=${'x'.repeat(4096)}`, ['tandem.v1']), { refused: 414 }),
  'a call is answered on its own route': asGuest((guest) => answers(guest, 1)),
  'a frame that is not JSON reaches $default': asGuest((guest) => fails(guest, 'hello', -32700)),
  'an unknown method reaches $default': asGuest((guest) =>
    fails(guest, '{"jsonrpc":"2.0","id":1,"method":"relay.read"}', -32601),
  ),
  'a notification is answered by no frame': asGuest(async (guest) => {
    guest.socket.send('{"jsonrpc":"2.0","method":"session.time"}');
    await answers(guest, 2);
  }),
  'relay.ack is not answered, even with an id': asGuest(async (guest) => {
    guest.socket.send('{"jsonrpc":"2.0","id":3,"method":"relay.ack","params":{"envelopes":[]}}');
    await answers(guest, 4);
  }),
  '$connect as a method is not answered, and the connection stays': asGuest(async (guest) => {
    guest.socket.send('{"jsonrpc":"2.0","id":5,"method":"$connect"}');
    await answers(guest, 6);
  }),
  'a ping of the client is answered': asGuest(async ({ socket }) => {
    const pong = once(socket, 'pong', { signal: AbortSignal.timeout(10_000) });
    socket.ping();
    await pong;
  }),
  'a binary frame closes with 1003': asGuest(async (guest) => {
    const closed = guest.closed();
    guest.socket.send(Buffer.from(time(7)));
    equal(await closed, 1003);
  }),
  'a frame of more than 32 KB closes with 1009': asGuest(async (guest) => {
    const closed = guest.closed();
    guest.socket.send(time(8, 'x'.repeat(33 * 1024)));
    equal(await closed, 1009);
  }),
  'a message of 100 KB in frames of 30 KB is one event': asGuest(async (guest) => {
    const heard = guest.hear();
    sendInFrames(guest, time(9, 'x'.repeat(100 * 1024)));
    partialDeepStrictEqual(await heard, { id: 9, result: { protocol: 'tandem.v1' } });
  }),
  'a message of more than 128 KB closes with 1009': asGuest(async (guest) => {
    const closed = guest.closed();
    sendInFrames(guest, time(10, 'x'.repeat(129 * 1024)));
    equal(await closed, 1009);
  }),
};
