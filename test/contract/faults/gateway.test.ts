/** Connections that die unnoticed, ends that nobody is told of, and posts that fail. */
import { once } from 'node:events';
import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, test } from 'vitest';
import { type ChatOptions, ok, startChat } from '../gateway/chat-cloud.ts';
import { failure, openTestFaults } from './faults.fixture.ts';

const MINUTE = 60_000;
const echoing = { $default: { run: () => ok('"received"'), responds: true } };

const authorize = () => ({ allowed: true, function: 'Poster' }) as const;

/** A chat whose posts come from the function `Poster`, with a client and its connection's id. */
const start = async (options: ChatOptions = {}) => {
  const faults = openTestFaults();
  const chat = await startChat({ routes: echoing, authorize, ...options, faults });
  const management = chat.management();
  const connect = async () => {
    const client = await chat.connect();
    const { requestContext } = await chat.eventOf('$connect');
    return { ...client, id: requestContext.connectionId };
  };
  const post = (ConnectionId: string, text = '"posted"') =>
    management.send(new PostToConnectionCommand({ ConnectionId, Data: text }));
  return { ...chat, faults, management, connect, post };
};

describe('$disconnect is best effort (AGW websocket-api-route-keys-connect-disconnect)', () => {
  test('while it is dropped nothing is invoked, and afterwards it is again', async () => {
    await using chat = await start();
    const [lost, told] = [await chat.connect(), await chat.connect()];
    const fault = chat.faults.add({ kind: 'drop-disconnect' });
    lost.socket.close();
    await lost.closed;
    await expect.poll(() => chat.gateway.connections()).toEqual([told.id]);
    fault[Symbol.dispose]();
    told.socket.close();
    expect((await chat.eventOf('$disconnect')).requestContext.connectionId).toBe(told.id);
    expect(chat.invoked.filter((name) => name === '$disconnect')).toHaveLength(1);
    expect(chat.faults.lines[1]).toBe(`fault: drop-disconnect connection ${lost.id}, of {}`);
  });
});

describe('a half-open connection', () => {
  test('loses what is posted, though the post is answered 200, and what the client sends', async () => {
    await using chat = await start();
    const [dead, alive] = [await chat.connect(), await chat.connect()];
    const frames: unknown[] = [];
    dead.socket.on('message', (frame) => frames.push(frame));
    chat.faults.add({ kind: 'half-open', times: 1 });
    expect((await chat.post(dead.id)).$metadata.httpStatusCode).toBe(200);
    dead.send('hello');
    // Another connection is as it was, and by its answers all of the first would have come.
    for (let round = 0; round < 3; round += 1) {
      alive.send('hello');
      expect(await alive.next()).toBe('received');
      await chat.post(dead.id);
    }
    expect(frames).toEqual([]);
    expect(chat.invoked.filter((name) => name === '$default')).toHaveLength(3);
    expect(chat.faults.counts()['half-open']).toBe(1);
  });

  test('begins with the frame of the client that it strikes, and answers no ping', async () => {
    await using chat = await start();
    const [client, alive] = [await chat.connect(), await chat.connect()];
    chat.faults.add({ kind: 'half-open', times: 1 });
    client.send('hello');
    await expect.poll(() => chat.faults.counts()['half-open']).toBe(1);
    let ponged = false;
    client.socket.once('pong', () => (ponged = true));
    client.socket.ping();
    // The other's pings come later, and are answered.
    for (let round = 0; round < 3; round += 1) {
      const answered = once(alive.socket, 'pong');
      alive.socket.ping();
      await answered;
    }
    expect(ponged).toBe(false);
    expect(chat.invoked).toEqual(['$connect', '$connect']);
  });

  test('outlives the client in the gateway’s eyes, until its idle limit', async () => {
    await using chat = await start();
    const client = await chat.connect();
    chat.faults.add({ kind: 'half-open', times: 1 });
    await chat.post(client.id);
    client.socket.terminate();
    await client.closed;
    await chat.clock.advance(10 * MINUTE - 1);
    expect(chat.gateway.connections()).toEqual([client.id]);
    expect(
      (await chat.management.send(new GetConnectionCommand({ ConnectionId: client.id }))).ConnectedAt,
    ).toBeDefined();
    await chat.clock.advance(1);
    expect(await chat.eventOf('$disconnect')).toMatchObject({
      requestContext: { connectionId: client.id, disconnectStatusCode: 1001 },
    });
    expect(await failure(chat.post(client.id))).toMatchObject({ name: 'GoneException' });
  });

  test('is not told that the gateway has closed it', async () => {
    await using chat = await start();
    const client = await chat.connect();
    chat.faults.add({ kind: 'half-open', times: 1 });
    await chat.post(client.id);
    await chat.management.send(new DeleteConnectionCommand({ ConnectionId: client.id }));
    await chat.eventOf('$disconnect');
    const other = await chat.connect();
    other.send('hello');
    await other.next();
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });
});

describe('calls of @connections', () => {
  test.each([
    [410, 'GoneException'],
    [429, 'LimitExceededException'],
    [500, 'InternalServerErrorException'],
    [503, 'ServiceUnavailableException'],
  ] as const)(
    'a post is refused with %i %s, and the client gets nothing, until the fault is removed',
    async (status, name) => {
      await using chat = await start();
      const client = await chat.connect();
      const fault = chat.faults.add({ kind: 'post-failure', status });
      const error = await failure(chat.post(client.id, '"lost"'));
      expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } });
      await chat.management.send(new GetConnectionCommand({ ConnectionId: client.id }));
      fault[Symbol.dispose]();
      await chat.post(client.id);
      expect(await client.next()).toBe('posted');
      expect(chat.faults.counts()['post-failure']).toBe(1);
    },
  );

  test('the faults of any call strike them as execute-api', async () => {
    await using chat = await start();
    const client = await chat.connect();
    const post = { service: 'execute-api', operation: 'PostToConnection' };
    chat.faults.add({ kind: 'lost-response', ...post, times: 1 });
    expect(await failure(chat.post(client.id))).toMatchObject({ code: 'ECONNRESET' });
    expect(await client.next()).toBe('posted');
    chat.faults.add({ kind: 'error', ...post, error: 'ServiceUnavailable', times: 1 });
    expect(await failure(chat.post(client.id))).toMatchObject({ name: 'ServiceUnavailable' });
    chat.faults.add({ kind: 'latency', ...post, median: 60, p99: 60 });
    const began = performance.now();
    await chat.post(client.id, '"late"');
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
    expect(await client.next()).toBe('late');
  });

  test('whoever looks on is served', async () => {
    await using chat = await start({ authorize: () => ({ allowed: true }) });
    const client = await chat.connect();
    chat.faults.add({ kind: 'post-failure', status: 500 });
    await chat.post(client.id);
    expect(await client.next()).toBe('posted');
  });
});
