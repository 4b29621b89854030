import { describe, expect, test } from 'vitest';

import { type Handler, ok, startChat } from './chat-cloud.ts';
import { API_ARN } from './chat-template.ts';
import { anId, matching } from './matching.ts';

const named =
  (name: string): Handler =>
  () =>
    ok(JSON.stringify(name));
const answering = (run: Handler) => ({ run, responds: true });

describe('route selection (AGW websocket-api-develop-routes)', () => {
  test.each([
    ['the selected route', { method: 'ping' }, 'ping'],
    ['$default when no route has the key', { method: 'pong' }, '$default'],
    ['$default when the path is missing', { other: 'ping' }, '$default'],
    ['$default when the body is not JSON', 'ping', '$default'],
    ['$default when the body is no object', '"ping"', '$default'],
    ['$default when the body is null', 'null', '$default'],
    ['$default for a JSON-RPC batch', [{ method: 'ping' }], '$default'],
    [
      '$default when the value is nested deeper than a stack',
      `{"method":${'['.repeat(16_000)}${']'.repeat(16_000)}}`,
      '$default',
    ],
    ['the route whose key the value makes as a string', { method: 42 }, '42'],
    ['$default for a key that only the prototype has', '{"toString":1}', '$default'],
  ])('a message reaches %s', async (_what, message, expected) => {
    await using chat = await startChat({
      routes: {
        ping: answering(named('ping')),
        '42': answering(named('42')),
        $default: answering(named('$default')),
      },
    });
    const client = await chat.connect();
    client.send(message);
    expect(await client.next()).toBe(expected);
  });

  test.each(['$request.body.call.name', '${request.body.call.name}'])(
    'an expression may go deeper: %s',
    async (selection) => {
      await using chat = await startChat({ selection, routes: { ping: answering(named('ping')) } });
      const client = await chat.connect();
      client.send({ call: { name: 'ping' } });
      expect(await client.next()).toBe('ping');
    },
  );

  test('without a match and without $default the client is told Forbidden and stays', async () => {
    await using chat = await startChat({ routes: { ping: answering(named('ping')) } });
    const client = await chat.connect();
    client.send({ method: 'pong' });
    const [connectionId] = chat.gateway.connections();
    expect(await client.next()).toEqual({ message: 'Forbidden', connectionId, requestId: anId });
    client.send({ method: 'ping' });
    expect(await client.next()).toBe('ping');
  });

  test('unverified: a message that names $connect reaches it as eventType MESSAGE', async () => {
    await using chat = await startChat();
    const client = await chat.connect();
    await chat.eventOf('$connect');
    client.send({ method: '$connect' });
    expect(await chat.eventOf('$connect')).toMatchObject({ requestContext: { eventType: 'MESSAGE' } });
  });
});

describe('integration failures (simple-websockets-chat-app#46, aws-cdk#18208)', () => {
  const failing: [string, Handler][] = [
    ['throws', () => ({ error: 'unhandled', message: 'boom' })],
    ['times out', () => ({ error: 'timeout', message: 'Task timed out' })],
    ['is throttled', () => ({ error: 'throttled', message: 'Rate exceeded' })],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['returns no proxy result', () => ({ payload: null })],
    ['returns an unknown key (middy#1219)', () => ({ payload: { statusCode: 200, ConnectionId: 'x' } })],
  ];
  test.each(failing)('a function that %s gives Internal server error, and the socket stays', async (_what, run) => {
    await using chat = await startChat({ routes: { ping: run, echo: answering(named('echo')) } });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    const { requestContext } = await chat.eventOf('ping');
    expect(await client.next()).toEqual({
      message: 'Internal server error',
      connectionId: requestContext.connectionId,
      requestId: requestContext['requestId'],
    });
    client.send({ method: 'echo' });
    expect(await client.next()).toBe('echo');
  });

  test.each([
    ['29 seconds (limits table)', undefined, 29_000],
    ["the integration's TimeoutInMillis", 5000, 5000],
    ['29 seconds, whatever longer one is configured', 60_000, 29_000],
  ])('a function has %s to answer', async (_what, timeout, patience) => {
    const never = { run: () => new Promise<never>(() => undefined), ...(timeout !== undefined && { timeout }) };
    await using chat = await startChat({ routes: { slow: never, echo: answering(named('echo')) } });
    const client = await chat.connect();
    client.send({ method: 'slow' });
    await chat.eventOf('slow');
    await chat.clock.advance(patience - 1);
    client.send({ method: 'echo' });
    expect(await client.next()).toBe('echo');
    await chat.clock.advance(1);
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
  });

  test.each([
    ['none', undefined],
    ["another route's", `${API_ARN}/*/other`],
    ["another API's", 'arn:aws:execute-api:eu-central-1:111122223333:other/*'],
    ["another stage's", `${API_ARN}/prod/ping`],
  ])('a function with %s permission is not invoked (aws-cdk#21080)', async (_what, source) => {
    await using chat = await startChat({
      routes: { ping: () => ok() },
      sourceArn: (key) => (key === 'ping' ? source : `${API_ARN}/*`),
    });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    expect(chat.invoked).toEqual(['$connect']);
  });
});

describe('route responses', () => {
  test('the body passes through whole where the route has a response (CDK returnResponse)', async () => {
    await using chat = await startChat({ routes: { ping: answering(() => ok('{ "any" : ["text"] }')) } });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    expect(await client.next()).toEqual({ any: ['text'] });
  });

  test('nothing is sent where the route has none', async () => {
    await using chat = await startChat({ routes: { ping: () => ok('"lost"'), echo: answering(named('echo')) } });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    await chat.eventOf('ping');
    client.send({ method: 'echo' });
    expect(await client.next()).toBe('echo');
  });

  test('a body with an error status passes through too (React-Chat-App-using-AWS-API-Gateway-Websocket#2)', async () => {
    await using chat = await startChat({
      routes: { ping: answering(() => ({ payload: { statusCode: 500, body: '"failed"' } })) },
    });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    expect(await client.next()).toBe('failed');
  });

  test('unverified: a response without a body, or with a null one, sends nothing', async () => {
    let turn = 0;
    const run = () => {
      turn += 1;
      return turn === 1 ? ok() : { payload: { statusCode: 200, body: turn === 2 ? null : '"third"' } };
    };
    await using chat = await startChat({ routes: { ping: answering(run) } });
    const client = await chat.connect();
    for (let sent = 0; sent < 3; sent++) client.send({ method: 'ping' });
    expect(await client.next()).toBe('third');
  });

  test('unverified: a body that is said to be base64 is sent as it is', async () => {
    const payload = { statusCode: 200, body: '"cGxhaW4="', isBase64Encoded: true };
    await using chat = await startChat({ routes: { ping: answering(() => ({ payload })) } });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    expect(await client.next()).toBe('cGxhaW4=');
  });

  test('unverified: a statusCode given as text gives Internal server error', async () => {
    await using chat = await startChat({ routes: { ping: () => ({ payload: { statusCode: '200' } }) } });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
  });

  test('unverified: a body of more than 128 KB gives Internal server error', async () => {
    await using chat = await startChat({
      routes: { ping: answering(() => ok(JSON.stringify('x'.repeat(128 * 1024)))) },
    });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
  });
});

test('each message is an invocation of its own, so a fast one overtakes a slow one (serverless-patterns#139)', async () => {
  const slow = Promise.withResolvers<void>();
  await using chat = await startChat({
    routes: {
      slow: answering(() => slow.promise.then(() => ok('"slow"'))),
      fast: answering(named('fast')),
    },
  });
  const client = await chat.connect();
  client.send({ method: 'slow' });
  client.send({ method: 'fast' });
  expect(await client.next()).toBe('fast');
  slow.resolve();
  expect(await client.next()).toBe('slow');
});

describe('throttles (AGW websocket-api-protect; limits.html)', () => {
  const limit = { ThrottlingRateLimit: 2, ThrottlingBurstLimit: 1 };
  const two = { ping: answering(named('ping')), echo: answering(named('echo')) };

  test.each([
    ["the stage's default", { DefaultRouteSettings: limit }],
    ["the route's own", { RouteSettings: { ping: limit }, DefaultRouteSettings: { ThrottlingRateLimit: 100 } }],
  ])('unverified: a message above %s throttle is answered with an error frame', async (_what, stage) => {
    await using chat = await startChat({ stage, routes: two });
    const client = await chat.connect();
    client.send({ method: 'ping' });
    expect(await client.next()).toBe('ping');
    client.send({ method: 'ping' });
    const [connectionId] = chat.gateway.connections();
    expect(await client.next()).toEqual({ message: 'Too Many Requests', connectionId, requestId: anId });
    client.send({ method: 'echo' });
    expect(await client.next()).toBe('echo');
    await chat.clock.advance(500);
    client.send({ method: 'ping' });
    expect(await client.next()).toBe('ping');
  });

  test('a limit that the stage is given takes the place of its default one, and not of a route’s own, from the next message on', async () => {
    let given: { rate: number; burst: number } | undefined;
    const stage = { RouteSettings: { echo: limit }, DefaultRouteSettings: { ThrottlingRateLimit: 100 } };
    await using chat = await startChat({ stage, routes: two, stageLimit: () => given });
    const client = await chat.connect();
    const answerTo = async (method: string) => {
      client.send({ method });
      return client.next();
    };
    expect([await answerTo('ping'), await answerTo('ping')]).toEqual(['ping', 'ping']);
    given = { rate: 1, burst: 1 };
    expect([await answerTo('ping'), await answerTo('echo')]).toEqual(['ping', 'echo']);
    expect(await answerTo('ping')).toMatchObject({ message: 'Too Many Requests' });
    given = undefined;
    expect([await answerTo('ping'), await answerTo('ping')]).toEqual(['ping', 'ping']);
  });

  test('the account has 10 000 requests a second and a burst of 5 000 over all routes', async () => {
    await using chat = await startChat({ quotas: { requestsPerSecond: 1, burst: 3 }, routes: two });
    const client = await chat.connect();
    for (const method of ['ping', 'echo']) {
      client.send({ method });
      expect(await client.next()).toBe(method);
    }
    client.send({ method: 'ping' });
    expect(await client.next()).toMatchObject({ message: 'Too Many Requests' });
    await chat.clock.advance(1000);
    client.send({ method: 'ping' });
    expect(await client.next()).toBe('ping');
  });
});

test('the access log is written in the format of the stage, with - for what has no value', async () => {
  await using chat = await startChat({
    stage: {
      AccessLogSettings: {
        Format:
          '$context.eventType $context.routeKey $context.status $context.identity.sourceIp $context.error.message|$context.messageId',
      },
    },
    routes: { ping: answering(named('ping')) },
  });
  const client = await chat.connect();
  client.send({ method: 'pong' });
  await client.next();
  client.send({ method: 'ping' });
  await client.next();
  const message = matching(/^MESSAGE ping 200 127\.0\.0\.1 -\|[\w-]{15}=$/);
  const forbidden = matching(/^MESSAGE \$default 403 127\.0\.0\.1 Forbidden\|/);
  expect(chat.log).toEqual(['CONNECT $connect 200 127.0.0.1 -|-', forbidden, message]);
});
