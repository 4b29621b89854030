import {
  type ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  ForbiddenException,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { describe, expect, test } from 'vitest';

import { type ChatCloud, ok, startChat } from './chat-cloud.ts';
import { API_ARN } from './chat-template.ts';

const KB = 1024;

/** A client and its connection id. */
const join = async (chat: ChatCloud) => {
  const client = await chat.connect({ headers: { 'User-Agent': 'test' } });
  const { requestContext } = await chat.eventOf('$connect');
  return { ...client, ConnectionId: requestContext.connectionId };
};

const post = (chat: ChatCloud, ConnectionId: string, Data: string | Uint8Array = '"hello"') =>
  chat.management().send(new PostToConnectionCommand({ ConnectionId, Data }));

describe('POST', () => {
  test('sends the body as one text message', async () => {
    await using chat = await startChat();
    const { ConnectionId, socket, next } = await join(chat);
    const binary = new Promise((resolve) => socket.once('message', (_data, isBinary) => resolve(isBinary)));
    await post(chat, ConnectionId, '{"grüße":"👋"}');
    expect(await next()).toEqual({ grüße: '👋' });
    expect(await binary).toBe(false);
  });

  test('a body of 128 KB passes and a larger one is PayloadTooLarge (limits table: "applies to @connections")', async () => {
    await using chat = await startChat();
    const { ConnectionId, next } = await join(chat);
    const largest = JSON.stringify('x'.repeat(128 * KB - 2));
    await post(chat, ConnectionId, largest);
    expect(await next()).toHaveLength(128 * KB - 2);
    await expect(post(chat, ConnectionId, `${largest} `)).rejects.toBeInstanceOf(PayloadTooLargeException);
  });

  test('unverified: what is larger than 32 KB goes out in frames of 32 KB', async () => {
    await using chat = await startChat();
    const { ConnectionId, stream, next } = await join(chat);
    let received = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    await post(chat, ConnectionId, JSON.stringify('x'.repeat(40 * KB - 2)));
    await next();
    expect(received.readUInt8(0)).toBe(0x01);
    expect(received.readUInt16BE(2)).toBe(32 * KB);
    expect(received.readUInt8(4 + 32 * KB)).toBe(0x80);
    expect(received.readUInt16BE(4 + 32 * KB + 2)).toBe(8 * KB);
  });

  test('unverified: a body that is not UTF-8 text is refused', async () => {
    await using chat = await startChat();
    const { ConnectionId } = await join(chat);
    await expect(post(chat, ConnectionId, new Uint8Array([0xff, 0xfe]))).rejects.toMatchObject({
      name: 'BadRequestException',
    });
  });

  test('posting before $connect has returned is Gone (repost 410-gone-api-gateway)', async () => {
    const gate = Promise.withResolvers<void>();
    await using chat = await startChat({ routes: { $connect: () => gate.promise.then(() => ok()) } });
    const connecting = chat.connect();
    const { requestContext } = await chat.eventOf('$connect');
    await expect(post(chat, requestContext.connectionId)).rejects.toBeInstanceOf(GoneException);
    gate.resolve();
    await connecting;
    await expect(post(chat, requestContext.connectionId)).resolves.toBeDefined();
  });

  test('a client that does not read is LimitExceeded once its buffer is full, and then readable again (SDK model)', async () => {
    await using chat = await startChat();
    const { ConnectionId, socket } = await join(chat);
    socket.pause();
    const fill = async () => {
      for (let posts = 0; posts < 400; posts++) await post(chat, ConnectionId, 'x'.repeat(128 * KB));
    };
    await expect(fill()).rejects.toBeInstanceOf(LimitExceededException);
    socket.resume();
    await expect.poll(() => post(chat, ConnectionId).then(() => 'sent', String)).toBe('sent');
  });

  test('unverified: counts as activity, so that the 10 idle minutes start again', async () => {
    await using chat = await startChat();
    const { ConnectionId } = await join(chat);
    await chat.clock.advance(9 * 60_000);
    await post(chat, ConnectionId);
    await chat.clock.advance(9 * 60_000);
    expect(chat.gateway.connections()).toEqual([ConnectionId]);
  });
});

describe('GET', () => {
  test('tells when the connection was made and last active, and whose it is', async () => {
    await using chat = await startChat({ routes: { ping: { run: () => ok('1'), responds: true } } });
    const { ConnectionId, send, next } = await join(chat);
    const connectedAt = chat.clock.now();
    await chat.clock.advance(60_000);
    send({ method: 'ping' });
    await next();
    await chat.clock.advance(60_000);
    const found = await chat.management().send(new GetConnectionCommand({ ConnectionId }));
    expect(found).toMatchObject({
      ConnectedAt: new Date(connectedAt),
      LastActiveAt: new Date(connectedAt + 60_000),
      Identity: { SourceIp: '127.0.0.1', UserAgent: 'test' },
    });
  });
});

describe('DELETE', () => {
  test('closes with 1000 and $disconnect still follows (boto3#3789)', async () => {
    await using chat = await startChat();
    const { ConnectionId, closed } = await join(chat);
    await chat.management().send(new DeleteConnectionCommand({ ConnectionId }));
    expect(await closed).toMatchObject({ code: 1000 });
    expect(await chat.eventOf('$disconnect')).toMatchObject({
      requestContext: {
        connectionId: ConnectionId,
        disconnectStatusCode: 1000,
        disconnectReason: 'Connection Closed Normally',
      },
    });
    expect(chat.invoked).toEqual(['$connect', '$disconnect']);
  });

  test('does not wait for a client that no longer answers', async () => {
    await using chat = await startChat();
    const { ConnectionId, socket } = await join(chat);
    socket.pause();
    await chat.management().send(new DeleteConnectionCommand({ ConnectionId }));
    expect(await chat.eventOf('$disconnect')).toMatchObject({ requestContext: { connectionId: ConnectionId } });
    await expect(post(chat, ConnectionId)).rejects.toBeInstanceOf(GoneException);
  });
});

describe('refusals', () => {
  type Send = (client: ApiGatewayManagementApiClient, ConnectionId: string) => Promise<unknown>;
  const commands: [string, Send][] = [
    ['POST', (client, ConnectionId) => client.send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }))],
    ['GET', (client, ConnectionId) => client.send(new GetConnectionCommand({ ConnectionId }))],
    ['DELETE', (client, ConnectionId) => client.send(new DeleteConnectionCommand({ ConnectionId }))],
  ];

  test.each(commands)('%s to a closed connection is Gone (SDK model)', async (_method, send) => {
    await using chat = await startChat();
    const { ConnectionId, socket } = await join(chat);
    socket.close();
    await chat.eventOf('$disconnect');
    await expect(send(chat.management(), ConnectionId)).rejects.toBeInstanceOf(GoneException);
  });

  test.each(commands)('unverified: %s to an id that never was is Gone', async (_method, send) => {
    await using chat = await startChat();
    await expect(send(chat.management(), 'L0SM9cOFvHcCIhw=')).rejects.toBeInstanceOf(GoneException);
    await expect(send(chat.management(), '100%/..?')).rejects.toBeInstanceOf(ApiGatewayManagementApiServiceException);
  });

  test.each(commands)('%s under another stage is Forbidden (pitfall 5)', async (_method, send) => {
    await using chat = await startChat();
    const { ConnectionId } = await join(chat);
    await expect(send(chat.management('prod'), ConnectionId)).rejects.toBeInstanceOf(ForbiddenException);
  });

  test.each(commands)(
    '%s is asked of IAM with its own resource, and may be denied (pitfall 7)',
    async (method, send) => {
      const asked: string[][] = [];
      await using chat = await startChat({
        authorize: (request, action, resource) => {
          asked.push([request.headers.authorization?.split(' ')[0] ?? '', action, resource]);
          return { allowed: false, message: 'User is not authorized to perform: execute-api:ManageConnections' };
        },
      });
      const { ConnectionId } = await join(chat);
      await expect(send(chat.management(), ConnectionId)).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: 'User is not authorized to perform: execute-api:ManageConnections',
        $metadata: { httpStatusCode: 403 },
      });
      const resource = `${API_ARN}/dev/${method}/@connections/${ConnectionId}`;
      expect(asked).toEqual([['AWS4-HMAC-SHA256', 'execute-api:ManageConnections', resource]]);
      expect(chat.gateway.connections()).toEqual([ConnectionId]);
    },
  );

  test.each(commands)(
    "%s spends the account's budget, which messages share (AGW limits.html)",
    async (_method, send) => {
      await using chat = await startChat({
        quotas: { requestsPerSecond: 1, burst: 2 },
        routes: { ping: () => ok() },
      });
      const { ConnectionId, send: say } = await join(chat);
      say({ method: 'ping' });
      await chat.eventOf('ping');
      await expect(send(chat.management(), ConnectionId)).rejects.toBeInstanceOf(LimitExceededException);
      await chat.clock.advance(1000);
      await expect(send(chat.management(), ConnectionId)).resolves.toBeDefined();
    },
  );

  test('carry the date of the cloud’s clock, by which the SDK would correct its own', async () => {
    await using chat = await startChat();
    const { headers } = await fetch(`${chat.url.replace('ws:', 'http:')}/dev/@connections/nobody`);
    expect(headers.get('date')).toBe('Fri, 09 Feb 2024 18:11:43 GMT');
  });

  test('anything else under the port is Forbidden', async () => {
    await using chat = await startChat();
    const base = chat.url.replace('ws:', 'http:');
    for (const path of ['/', '/dev', '/dev/@connections', '/dev/@connections/a/b']) {
      const response = await fetch(`${base}${path}`);
      expect(response.status).toBe(403);
      expect(response.headers.get('x-amzn-errortype')).toBe('ForbiddenException');
    }
    expect((await fetch(`${base}/dev/@connections/a`, { method: 'PUT' })).status).toBe(403);
  });
});
