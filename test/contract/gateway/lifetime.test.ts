import { describe, expect, test } from 'vitest';

import { createDeadlines } from '../../../local/gateway/deadlines.ts';
import { standingClock } from '../../../local/movable-clock.ts';
import { ok, startChat } from './chat-cloud.ts';

const MINUTE = 60_000;
const echoing = { routes: { $default: { run: () => ok('"received"'), responds: true } } };

describe('idle connections (limits table)', () => {
  test('10 minutes without a message close with 1001 Going away (captured $disconnect event)', async () => {
    await using chat = await startChat();
    const client = await chat.connect();
    await chat.clock.advance(10 * MINUTE - 1);
    expect(chat.gateway.connections()).toHaveLength(1);
    await chat.clock.advance(1);
    expect(chat.gateway.connections()).toEqual([]);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect(await chat.eventOf('$disconnect')).toMatchObject({
      requestContext: { disconnectStatusCode: 1001, disconnectReason: 'Going away' },
    });
  });

  test('a message of the client starts the 10 minutes again, for that client only', async () => {
    await using chat = await startChat(echoing);
    const [silent, talking] = [await chat.connect(), await chat.connect()];
    await chat.clock.advance(9 * MINUTE);
    talking.send('hello');
    await talking.next();
    await chat.clock.advance(MINUTE);
    expect(await silent.closed).toMatchObject({ code: 1001 });
    expect(chat.gateway.connections()).toHaveLength(1);
    await chat.clock.advance(9 * MINUTE);
    expect(await talking.closed).toMatchObject({ code: 1001 });
  });

  test('unverified: a protocol ping of the client is answered, and does not count as activity', async () => {
    await using chat = await startChat();
    const client = await chat.connect();
    await chat.clock.advance(9 * MINUTE);
    const ponged = new Promise((resolve) => client.socket.once('pong', resolve));
    client.socket.ping();
    await ponged;
    await chat.clock.advance(MINUTE);
    expect(await client.closed).toMatchObject({ code: 1001 });
  });
});

test('unverified: a connection ends after 2 hours, however busy (limits table), with 1001', async () => {
  await using chat = await startChat(echoing);
  const client = await chat.connect();
  for (let passed = 0; passed < 120 - 8; passed += 8) {
    await chat.clock.advance(8 * MINUTE);
    client.send('hello');
    expect(await client.next()).toBe('received');
  }
  await chat.clock.advance(8 * MINUTE - 1);
  expect(chat.gateway.connections()).toHaveLength(1);
  await chat.clock.advance(1);
  expect(await client.closed).toMatchObject({ code: 1001 });
  expect(chat.gateway.connections()).toEqual([]);
});

describe('$disconnect (AGW websocket-api-route-keys-connect-disconnect)', () => {
  test.each([
    [1000, '', 'Connection Closed Normally'],
    [1001, '', 'Going away'],
    [4000, 'done for today', 'done for today'],
  ])('a client that closes with %i %s', async (code, reason, disconnectReason) => {
    await using chat = await startChat();
    const client = await chat.connect();
    client.socket.close(code, reason);
    expect(await chat.eventOf('$disconnect')).toMatchObject({
      requestContext: { disconnectStatusCode: code, disconnectReason },
    });
  });

  test('unverified: a client that vanishes is reported with 1006', async () => {
    await using chat = await startChat();
    const client = await chat.connect();
    client.socket.terminate();
    expect(await chat.eventOf('$disconnect')).toMatchObject({
      requestContext: { disconnectStatusCode: 1006, disconnectReason: '' },
    });
  });

  test('what it answers, or that it fails, changes nothing', async () => {
    await using chat = await startChat({ routes: { $disconnect: () => ({ error: 'unhandled', message: 'boom' }) } });
    const client = await chat.connect();
    client.socket.close();
    await chat.eventOf('$disconnect');
    await chat.connect();
    expect(chat.gateway.connections()).toHaveLength(1);
  });

  test('disposing of the gateway drops the connections and tells nobody', async () => {
    await using chat = await startChat();
    const client = await chat.connect();
    await chat.gateway[Symbol.asyncDispose]();
    expect(await client.closed).toMatchObject({ code: 1006 });
    expect(chat.invoked).toEqual(['$connect']);
    expect(chat.clock.timers()).toBe(0);
  });
});

describe('deadlines', () => {
  test('any number of items costs one timer, and each expires on its own time', async () => {
    const clock = standingClock();
    const expired: string[] = [];
    using deadlines = createDeadlines<string>({ clock, period: 100, expired: (item) => expired.push(item) });
    deadlines.restart('a');
    await clock.advance(10);
    deadlines.restart('b');
    deadlines.restart('c');
    await clock.advance(10);
    deadlines.restart('a');
    deadlines.remove('c');
    expect(clock.timers()).toBe(1);
    await clock.advance(89);
    expect(expired).toEqual([]);
    await clock.advance(1);
    expect(expired).toEqual(['b']);
    await clock.advance(10);
    expect(expired).toEqual(['b', 'a']);
    expect(clock.timers()).toBe(0);
  });
});
