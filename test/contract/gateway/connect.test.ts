import { once } from 'node:events';
import { request } from 'node:http';

import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { ok, startChat } from './chat-cloud.ts';
import { API_ARN } from './chat-template.ts';
import { refusal } from './client.ts';

const HEADER = ['route.request.header.Sec-WebSocket-Protocol'];

const policy = (Effect: string, Resource: string | string[] = `${API_ARN}/dev/$connect`) => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }],
});

const allow = (context?: Record<string, unknown>) => () => ({
  payload: { principalId: 'ada', policyDocument: policy('Allow'), ...(context !== undefined && { context }) },
});

describe('$connect gates the upgrade (AGW websocket-api-route-keys-connect-disconnect)', () => {
  test('the upgrade waits until $connect has returned', async () => {
    const gate = Promise.withResolvers<void>();
    await using chat = await startChat({ routes: { $connect: () => gate.promise.then(() => ok()) } });
    const connecting = chat.connect();
    await chat.eventOf('$connect');
    expect(chat.gateway.connections()).toEqual([]);

    gate.resolve();
    const client = await connecting;
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(chat.gateway.connections()).toHaveLength(1);
  });

  test.each([400, 401, 403, 500])('a $connect that returns %i refuses the upgrade with it', async (statusCode) => {
    await using chat = await startChat({ routes: { $connect: () => ({ payload: { statusCode } }) } });
    expect(await refusal(chat.connect())).toBe(statusCode);
    expect(chat.invoked).toEqual(['$connect']);
  });

  test('a $connect that fails refuses with 502 (serverless-websockets-plugin#13)', async () => {
    await using chat = await startChat({ routes: { $connect: () => ({ error: 'unhandled', message: 'boom' }) } });
    expect(await refusal(chat.connect())).toBe(502);
  });

  test('unverified: a $connect whose result is no proxy result refuses with 502', async () => {
    await using chat = await startChat({ routes: { $connect: () => ({ payload: { body: 'hello' } }) } });
    expect(await refusal(chat.connect())).toBe(502);
  });

  test('unverified: a $connect that is late refuses with 504', async () => {
    await using chat = await startChat({ routes: { $connect: () => new Promise(() => undefined) } });
    const status = refusal(chat.connect());
    await chat.eventOf('$connect');
    await chat.clock.advance(29_000);
    expect(await status).toBe(504);
  });

  test('unverified: a $connect that API Gateway may not invoke, or that is throttled, refuses with 500', async () => {
    await using locked = await startChat({ sourceArn: () => undefined });
    expect(await refusal(locked.connect())).toBe(500);
    expect(locked.invoked).toEqual([]);
    await using busy = await startChat({ routes: { $connect: () => ({ error: 'throttled', message: 'busy' }) } });
    expect(await refusal(busy.connect())).toBe(500);
  });

  test('another stage is refused with 403 before anything is invoked (pitfall 5)', async () => {
    await using chat = await startChat();
    expect(await refusal(chat.connect({ path: '-two' }))).toBe(403);
    expect(await refusal(chat.connect({ path: '/deeper' }))).toBe(403);
    expect(chat.invoked).toEqual([]);
  });

  test('a request that is no WebSocket handshake invokes nothing', async () => {
    await using chat = await startChat();
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    const response = once(request(`${chat.url.replace('ws:', 'http:')}/dev`, { headers }).end(), 'response');
    expect(await response).toMatchObject([{ statusCode: 400 }]);
    expect(chat.invoked).toEqual([]);
  });

  test('unverified: a URL of more than 4096 characters is refused with 414 (limits table)', async () => {
    await using chat = await startChat();
    const fits = 4096 - '/dev?q='.length;
    await chat.connect({ path: `?q=${'x'.repeat(fits)}` });
    expect(await refusal(chat.connect({ path: `?q=${'x'.repeat(fits + 1)}` }))).toBe(414);
  });

  test('unverified: a client that leaves while $connect runs is told to $disconnect with 1006', async () => {
    const gate = Promise.withResolvers<void>();
    await using chat = await startChat({ routes: { $connect: () => gate.promise.then(() => ok()) } });
    const socket = new WebSocket(`${chat.url}/dev`);
    socket.on('error', () => undefined);
    await chat.eventOf('$connect');
    socket.terminate();
    gate.resolve();
    expect(await chat.eventOf('$disconnect')).toMatchObject({ requestContext: { disconnectStatusCode: 1006 } });
    expect(chat.gateway.connections()).toEqual([]);
  });
});

describe('the Lambda authorizer (AGW apigateway-websocket-api-lambda-auth)', () => {
  test('is asked before $connect, with the $connect ARN and the request', async () => {
    await using chat = await startChat({ authorizer: HEADER, authorizerRuns: allow() });
    await chat
      .connect({ path: '?room=1&room=2', headers: { 'Sec-WebSocket-Protocol': 'x', 'X-Who': 'me' } })
      .catch(String);
    expect(chat.invoked.slice(0, 2)).toEqual(['authorizer', '$connect']);
    const event = await chat.eventOf('authorizer');
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: `${API_ARN}/dev/$connect`,
      headers: { 'X-Who': 'me', 'Sec-WebSocket-Protocol': 'x' },
      queryStringParameters: { room: '2' },
      multiValueQueryStringParameters: { room: ['1', '2'] },
      requestContext: { routeKey: '$connect', eventType: 'CONNECT', stage: 'dev', apiId: 'ChatApi' },
    });
    const connect = await chat.eventOf('$connect');
    expect(connect.requestContext.connectionId).toBe(event.requestContext.connectionId);
  });

  test.each([
    ['header', ['route.request.header.X-Token'], {}],
    ['empty header', ['route.request.header.X-Token'], { headers: { 'X-Token': '' } }],
    ['query parameter', ['route.request.querystring.token'], { path: '?other=1' }],
    ['one of two', ['route.request.header.X-Token', 'route.request.querystring.t'], { headers: { 'X-Token': 'a' } }],
  ])('a missing identity source (%s) answers 401 without invoking anything', async (_what, authorizer, options) => {
    await using chat = await startChat({ authorizer, authorizerRuns: allow() });
    expect(await refusal(chat.connect(options))).toBe(401);
    expect(chat.invoked).toEqual([]);
  });

  test('an identity source matches a header without regard to case', async () => {
    await using chat = await startChat({ authorizer: ['route.request.header.X-TOKEN'], authorizerRuns: allow() });
    await chat.connect({ headers: { 'x-token': 'a' } });
    expect(chat.invoked).toEqual(['authorizer', '$connect']);
  });

  test.each([
    ['deny', policy('Deny')],
    ['allow and deny', { Statement: [...policy('Allow').Statement, ...policy('Deny').Statement] }],
    ['allow of another route', policy('Allow', `${API_ARN}/dev/ping`)],
    ['HTTP-style resource (repost QUCUOS5k2rRkeyr6xqeTiOtg)', policy('Allow', `${API_ARN}/dev/*/*`)],
  ])('a policy that does not allow (%s) answers 403 and $connect is not invoked', async (_what, policyDocument) => {
    const payload = { principalId: 'ada', policyDocument };
    await using chat = await startChat({ authorizer: [], authorizerRuns: () => ({ payload }) });
    expect(await refusal(chat.connect())).toBe(403);
    expect(chat.invoked).toEqual(['authorizer']);
  });

  test.each([
    ['none', undefined],
    ['an invalid one', { Statement: [{ Effect: 'Perhaps' }] }],
    [
      'one with a condition, which is not evaluated',
      { Statement: [{ ...policy('Allow').Statement[0], Condition: { Bool: { 'aws:SecureTransport': 'true' } } }] },
    ],
  ])('unverified: in place of a policy, %s answers 403', async (_what, policyDocument) => {
    const payload = { principalId: 'ada', policyDocument };
    await using chat = await startChat({ authorizer: [], authorizerRuns: () => ({ payload }) });
    expect(await refusal(chat.connect())).toBe(403);
  });

  test.each([
    ['all routes', `${API_ARN}/dev/*`],
    ['all stages', `${API_ARN}/*`],
    ['everything', '*'],
    ['one of several, with any character', [`${API_ARN}/x`, `${API_ARN}/de?/$connect`]],
  ])('a policy may allow with wildcards: %s', async (_what, resource) => {
    const payload = { principalId: 'ada', policyDocument: policy('Allow', resource) };
    await using chat = await startChat({ authorizer: [], authorizerRuns: () => ({ payload }) });
    await chat.connect();
    expect(chat.invoked).toEqual(['authorizer', '$connect']);
  });

  test('an authorizer that fails answers 500', async () => {
    await using chat = await startChat({
      authorizer: [],
      authorizerRuns: () => ({ error: 'unhandled', message: 'boom' }),
    });
    expect(await refusal(chat.connect())).toBe(500);
    expect(chat.invoked).toEqual(['authorizer']);
  });

  test.each(['Unauthorized', 'Error: Unauthorized'])('an authorizer that throws %s answers 401', async (message) => {
    await using chat = await startChat({ authorizer: [], authorizerRuns: () => ({ error: 'unhandled', message }) });
    expect(await refusal(chat.connect())).toBe(401);
  });

  test('an authorizer without a permission for its own ARN answers 500 (aws-cdk#21080)', async () => {
    await using chat = await startChat({
      authorizer: [],
      authorizerRuns: allow(),
      sourceArn: (name) => (name === 'authorizer' ? `${API_ARN}/*/$connect` : `${API_ARN}/*`),
    });
    expect(await refusal(chat.connect())).toBe(500);
    expect(chat.invoked).toEqual([]);
  });

  test.each([
    ['without principalId', { policyDocument: policy('Allow') }],
    ['with an object in its context', allow({ nested: { a: 1 } })().payload],
    ['over 8 KB', allow({ big: 'x'.repeat(8192) })().payload],
  ])('unverified: a result %s answers 500', async (_what, payload) => {
    await using chat = await startChat({ authorizer: [], authorizerRuns: () => ({ payload }) });
    expect(await refusal(chat.connect())).toBe(500);
  });

  test('is asked for each connection: WebSocket APIs do not cache (CFN authorizerResultTtlInSeconds)', async () => {
    await using chat = await startChat({ authorizer: [], authorizerRuns: allow() });
    await chat.connect();
    await chat.connect();
    expect(chat.invoked.filter((name) => name === 'authorizer')).toHaveLength(2);
  });

  test('its context is flattened, as strings, into every later event (serverless-offline#1379, AGW23)', async () => {
    await using chat = await startChat({
      authorizer: [],
      authorizerRuns: allow({ account: 'a1', device: 7, primary: true }),
      routes: { $default: () => ok() },
    });
    const authorizer = { principalId: 'ada', account: 'a1', device: '7', primary: 'true' };
    const client = await chat.connect();
    client.send({ hello: 1 });
    client.socket.close();
    for (const name of ['$connect', '$default', '$disconnect'])
      expect((await chat.eventOf(name)).requestContext['authorizer']).toEqual(authorizer);
  });
});

const choosing = (headers?: Record<string, string>) => ({
  $connect: () => ({ payload: { statusCode: 200, ...(headers && { headers }) } }),
});

describe('subprotocols (AGW websocket-connect-route-subprotocol)', () => {
  test.each(['Sec-WebSocket-Protocol', 'sec-websocket-protocol', 'SEC-WEBSOCKET-PROTOCOL'])(
    'the value that $connect returns as %s is selected',
    async (name) => {
      await using chat = await startChat({ routes: choosing({ [name]: 'chat.v1' }) });
      const client = await chat.connect({ protocols: ['chat.v1', 'token'] });
      expect(client.socket.protocol).toBe('chat.v1');
    },
  );

  test('a client that offered some and is told none loses the connection', async () => {
    await using chat = await startChat({ routes: choosing() });
    await expect(chat.connect({ protocols: ['chat.v1'] })).rejects.toThrow('Server sent no subprotocol');
    expect(await chat.eventOf('$disconnect')).toMatchObject({ requestContext: { eventType: 'DISCONNECT' } });
  });

  test('a client that is told one that it did not offer loses the connection', async () => {
    await using chat = await startChat({ routes: choosing({ 'Sec-WebSocket-Protocol': 'chat.v2' }) });
    await expect(chat.connect({ protocols: ['chat.v1'] })).rejects.toThrow('invalid subprotocol');
  });

  test('a client that offers none connects', async () => {
    await using chat = await startChat({ routes: choosing({ 'Sec-WebSocket-Protocol': 'chat.v1' }) });
    expect((await chat.connect()).socket.protocol).toBe('');
  });
});

describe('throttles of new connections', () => {
  test('more than 500 a second are refused with 429, and a second later admitted (limits table)', async () => {
    await using chat = await startChat({ quotas: { connectionsPerSecond: 3 } });
    await Promise.all([chat.connect(), chat.connect(), chat.connect()]);
    expect(await refusal(chat.connect())).toBe(429);
    await chat.clock.advance(1000);
    await chat.connect();
  });

  test("$connect's own throttle refuses with 429 (AGW websocket-api-protect)", async () => {
    await using chat = await startChat({
      stage: { RouteSettings: { $connect: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } } },
    });
    await chat.connect();
    expect(await refusal(chat.connect())).toBe(429);
    await chat.clock.advance(1000);
    await chat.connect();
  });
});
