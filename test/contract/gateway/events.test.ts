import { expect, test } from 'vitest';

import { ok, startChat } from './chat-cloud.ts';
import { anId, containing, matching } from './matching.ts';

test('$connect carries headers, query and identity, and no body (typelevel/feral fixture)', async () => {
  await using chat = await startChat();
  await chat.connect({ path: '?a=1&b=2&b=3', headers: { 'User-Agent': 'test', 'X-Custom': 'Value' } });
  const host = chat.url.slice('ws://'.length);
  const event = await chat.eventOf('$connect');
  expect(event).toEqual({
    headers: {
      Host: host,
      'Sec-WebSocket-Key': matching(/./),
      'Sec-WebSocket-Version': '13',
      'User-Agent': 'test',
      'X-Custom': 'Value',
      'X-Amzn-Trace-Id': matching(/^Root=1-65c66adf-[0-9a-f]{24}$/),
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Port': host.split(':')[1],
      'X-Forwarded-Proto': 'http',
    },
    multiValueHeaders: containing({ Host: [host], 'X-Custom': ['Value'] }),
    queryStringParameters: { a: '1', b: '3' },
    multiValueQueryStringParameters: { a: ['1'], b: ['2', '3'] },
    requestContext: {
      routeKey: '$connect',
      eventType: 'CONNECT',
      extendedRequestId: anId,
      requestTime: '09/Feb/2024:18:11:43 +0000',
      messageDirection: 'IN',
      stage: 'dev',
      connectedAt: chat.clock.now(),
      requestTimeEpoch: chat.clock.now(),
      identity: { userAgent: 'test', sourceIp: '127.0.0.1' },
      requestId: anId,
      domainName: host,
      connectionId: anId,
      apiId: 'ChatApi',
    },
    isBase64Encoded: false,
  });
});

test('a client without query or user agent leaves both out (feral fixture)', async () => {
  await using chat = await startChat();
  await chat.connect();
  const event = await chat.eventOf('$connect');
  expect(event).not.toHaveProperty('queryStringParameters');
  expect(event).not.toHaveProperty('multiValueQueryStringParameters');
  expect(event.requestContext['identity']).toEqual({ sourceIp: '127.0.0.1' });
});

test('a message carries its body and a messageId, and no headers or query (powertools fixture)', async () => {
  await using chat = await startChat({ routes: { ping: () => ok() } });
  const client = await chat.connect({ path: '?a=1' });
  const connected = await chat.eventOf('$connect');
  await chat.clock.advance(5000);
  client.send('{"method":"ping" }');
  expect(await chat.eventOf('ping')).toEqual({
    requestContext: {
      routeKey: 'ping',
      messageId: anId,
      eventType: 'MESSAGE',
      extendedRequestId: anId,
      requestTime: '09/Feb/2024:18:11:48 +0000',
      messageDirection: 'IN',
      stage: 'dev',
      connectedAt: chat.clock.now() - 5000,
      requestTimeEpoch: chat.clock.now(),
      identity: { sourceIp: '127.0.0.1' },
      requestId: anId,
      domainName: chat.url.slice('ws://'.length),
      connectionId: connected.requestContext.connectionId,
      apiId: 'ChatApi',
    },
    body: '{"method":"ping" }',
    isBase64Encoded: false,
  });
});

test('$disconnect carries stub headers and how the connection ended (feral fixture)', async () => {
  await using chat = await startChat();
  const client = await chat.connect({ headers: { 'User-Agent': 'test' } });
  const connected = await chat.eventOf('$connect');
  client.socket.close();
  const host = chat.url.slice('ws://'.length);
  expect(await chat.eventOf('$disconnect')).toEqual({
    headers: { Host: host, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: { Host: [host], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
    requestContext: {
      ...connected.requestContext,
      routeKey: '$disconnect',
      disconnectStatusCode: 1005,
      eventType: 'DISCONNECT',
      disconnectReason: 'Client-side close frame status not set',
      extendedRequestId: anId,
      requestId: anId,
    },
    isBase64Encoded: false,
  });
});

test('stage variables are in every event of a stage that has some', async () => {
  await using chat = await startChat({
    stage: { StageVariables: { colour: 'blue' } },
    routes: { $default: () => ok() },
  });
  const client = await chat.connect();
  client.send('hello');
  client.socket.close();
  for (const name of ['$connect', '$default', '$disconnect'])
    expect(await chat.eventOf(name)).toMatchObject({ stageVariables: { colour: 'blue' } });
});

test("the source address is the socket's own, whatever the client claims", async () => {
  await using chat = await startChat();
  await chat.connect({ localAddress: '127.0.0.2', headers: { 'X-Forwarded-For': '10.0.0.1' } });
  expect(await chat.eventOf('$connect')).toMatchObject({
    headers: { 'X-Forwarded-For': '10.0.0.1, 127.0.0.2' },
    requestContext: { identity: { sourceIp: '127.0.0.2' } },
  });
});

test('requests and connections have ids of their own', async () => {
  await using chat = await startChat({ routes: { $default: () => ok() } });
  const clients = await Promise.all([chat.connect(), chat.connect()]);
  for (const client of clients) {
    client.send('one');
    client.send('two');
  }
  const events = await Promise.all([1, 2, 3, 4].map(() => chat.eventOf('$default')));
  expect(new Set(events.map(({ requestContext }) => requestContext.connectionId)).size).toBe(2);
  expect(new Set(events.map(({ requestContext }) => requestContext['requestId'])).size).toBe(4);
  expect(new Set(events.map(({ requestContext }) => requestContext['messageId'])).size).toBe(4);
});
