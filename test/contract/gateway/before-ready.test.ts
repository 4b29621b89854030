import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../../fixtures/free-port.ts';
import { connectGuest, succeed } from '../../fixtures/wire.ts';
import { startTestCloud } from '../../fixtures/world.ts';

/** What becomes of somebody who comes to the port: nobody is there, or hangs up, or listens. */
const knock = async (port: number): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let heard = false;
    socket.on('data', () => (heard = true));
    await once(socket, 'close');
    return heard ? 'answered' : 'hung up on';
  } catch {
    return 'refused';
  } finally {
    socket.destroy();
  }
};

test('who comes before the cloud is ready is hung up on at once, as by a cloud that is not there', async () => {
  const port = await freePort();
  const starting = startTestCloud({ port });
  const seen = new Set<string>();
  while (!seen.has('answered')) seen.add(await knock(port));
  await using cloud = await starting;
  expect(seen).toContain('hung up on');
  await using guest = await connectGuest(cloud.endpoint);
  await succeed(guest, 'session.time', {});
});
