import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '#protocol';
import { connectGuest, openSocket, type Wire } from '../fixtures/wire.ts';
import { startTestCloud } from '../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
});

const time = (id: string | number) => JSON.stringify({ jsonrpc: '2.0', id, method: 'session.time' });

/** The connection is as good as before. */
const expectUsable = async (wire: Wire) => {
  expect((await wire.raw(time(99), 99)).result).toMatchObject({ protocol: 'tandem.v1' });
};

test.each([
  { what: 'not JSON', text: 'hello', id: null, code: -32700, name: 'parse_error' },
  { what: 'an empty frame', text: '{', id: null, code: -32700, name: 'parse_error' },
  { what: 'a batch', text: `[${time(1)}]`, id: null, code: -32600, name: 'invalid_request' },
  { what: 'a JSON string', text: '"session.time"', id: null, code: -32600, name: 'invalid_request' },
  { what: 'no version', text: '{"id":1,"method":"session.time"}', id: 1, code: -32600, name: 'invalid_request' },
  {
    what: 'a method that is a number',
    text: '{"jsonrpc":"2.0","id":1,"method":1}',
    id: 1,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'an id that is an object',
    text: '{"jsonrpc":"2.0","id":{},"method":"session.time"}',
    id: null,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'an id of more characters than an id may have',
    text: JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(65), method: 'session.time' }),
    id: null,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'an id that is a fraction',
    text: '{"jsonrpc":"2.0","id":1.5,"method":"session.time"}',
    id: null,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'positional parameters',
    text: '{"jsonrpc":"2.0","id":1,"method":"session.time","params":[1]}',
    id: 1,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'an unknown method',
    text: '{"jsonrpc":"2.0","id":"a","method":"relay.read"}',
    id: 'a',
    code: -32601,
    name: 'method_not_found',
  },
  {
    what: '$default as a method',
    text: '{"jsonrpc":"2.0","id":2,"method":"$default"}',
    id: 2,
    code: -32601,
    name: 'method_not_found',
  },
  {
    what: '__proto__ as a method',
    text: '{"jsonrpc":"2.0","id":2,"method":"__proto__"}',
    id: 2,
    code: -32601,
    name: 'method_not_found',
  },
  {
    what: 'two methods',
    text: '{"jsonrpc":"2.0","id":3,"method":"relay.sync","method":"session.time"}',
    id: 3,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'two methods, of which one is the gateway’s',
    text: '{"jsonrpc":"2.0","id":3,"method":"$disconnect","method":"session.time"}',
    id: 3,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'the same method twice, once with an escape',
    text: '{"jsonrpc":"2.0","id":3,"method":"session.time","\\u006dethod":"session.time"}',
    id: 3,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'two ids',
    text: '{"jsonrpc":"2.0","id":3,"id":4,"method":"session.time"}',
    id: 4,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'parameters twice',
    text: '{"jsonrpc":"2.0","id":3,"method":"session.time","params":{},"params":{}}',
    id: 3,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'a parameter twice',
    text: `{"jsonrpc":"2.0","id":3,"method":"pairing.open","params":{"deviceKey":"a","deviceKey":"${'A'.repeat(43)}"}}`,
    id: 3,
    code: -32600,
    name: 'invalid_request',
  },
  {
    what: 'lists within lists, as deep as a frame allows',
    text: `{"jsonrpc":"2.0","id":5,"method":"session.time","params":${'['.repeat(16_000)}${']'.repeat(16_000)}}`,
    id: 5,
    code: -32600,
    name: 'invalid_request',
  },
])('a frame that is $what is answered by name, and the connection stays', async ({ text, id, code, name }) => {
  await using wire = await connectGuest(cloud.endpoint);
  const { error } = await wire.raw(text, id);
  expect(error).toMatchObject({ code, data: { code: name, retryable: false } });
  await expectUsable(wire);
});

test('wrong parameters are told by path and reason', async () => {
  await using wire = await connectGuest(cloud.endpoint);
  const { error } = await wire.call('pairing.open', { deviceKey: 'short', label: 7 });
  expect(error).toMatchObject({ code: -32602, data: { code: 'invalid_params' } });
  expect(error?.data.details).toEqual([
    { path: 'deviceKey', message: 'expected 32 bytes in unpadded base64url' },
    { path: 'label', message: 'Invalid input: expected string, received number' },
  ]);
  await expectUsable(wire);
});

test.each([
  [
    'parameters that are wrong at thousands of places',
    { method: 'relay.send', params: { messages: Array(10_000).fill(0) } },
  ],
  ['a method whose name fills the frame', { method: 'x'.repeat(32_000), params: {} }],
])('%s are told of in an answer that fits a frame', async (_, call) => {
  await using wire = await connectGuest(cloud.endpoint);
  const answer = await wire.call(call.method, call.params);
  expect(answer.error?.data.code).toMatch(/^(invalid_params|method_not_found)$/);
  expect(JSON.stringify(answer).length).toBeLessThan(limits.frame - 1024);
  await expectUsable(wire);
});

test('a notification is not answered, even when it is wrong', async () => {
  await using wire = await connectGuest(cloud.endpoint);
  wire.tell('pairing.open', { deviceKey: 'short' });
  wire.tell('session.time', {});
  await expectUsable(wire);
  expect(wire.frames).toEqual([]);
});

test('a frame of more than 32 KB, and a binary one, close the connection as the gateway does', async () => {
  await using large = await connectGuest(cloud.endpoint);
  large.send(JSON.stringify({ padding: 'x'.repeat(limits.frame) }));
  expect(await large.closed).toBe(1009);
  await using binary = await connectGuest(cloud.endpoint);
  binary.socket.send(Buffer.from(time(1)));
  expect(await binary.closed).toBe(1003);
});

test.each([
  ['no subprotocol', []],
  ['another subprotocol', ['graphql-ws']],
  ['a token that is none', ['tandem.v1', 'token']],
  ['two tokens', ['tandem.v1', 'a', 'b']],
  ['the token first', ['token', 'tandem.v1']],
])('an upgrade with %s is refused', async (_, protocols) => {
  await expect(openSocket(cloud.endpoint, protocols)).rejects.toThrow(/^refused with 40[13]$/);
});
