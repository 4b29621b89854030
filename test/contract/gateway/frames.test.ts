import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { frameInspector } from '../../../local/gateway/frame-rules.ts';
import { ok, startChat } from './chat-cloud.ts';
import type { Client } from './client.ts';

const KB = 1024;
const echoing = { routes: { $default: { run: () => ok('"received"'), responds: true } } };

const sendFragments = ({ socket }: Client, sizes: readonly number[]) => {
  for (const [index, size] of sizes.entries()) socket.send('x'.repeat(size), { fin: index === sizes.length - 1 });
};

describe('what a client may send (AGW limits table, websocket-api-develop-binary-media-types)', () => {
  test('a binary frame closes with 1003', async () => {
    await using chat = await startChat(echoing);
    const client = await chat.connect();
    client.socket.send(Buffer.from('{"method":"ping"}'));
    expect(await client.closed).toMatchObject({ code: 1003 });
    expect(await chat.eventOf('$disconnect')).toMatchObject({ requestContext: { disconnectStatusCode: 1003 } });
    expect(chat.invoked).toEqual(['$connect', '$disconnect']);
  });

  test('a frame of 32 KB is received', async () => {
    await using chat = await startChat(echoing);
    const client = await chat.connect();
    client.send('x'.repeat(32 * KB));
    expect(await client.next()).toBe('received');
    expect(await chat.eventOf('$default')).toMatchObject({ body: 'x'.repeat(32 * KB) });
  });

  test('a frame of more than 32 KB closes with 1009', async () => {
    await using chat = await startChat(echoing);
    const client = await chat.connect();
    client.send('x'.repeat(32 * KB + 1));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(await chat.eventOf('$disconnect')).toMatchObject({ requestContext: { disconnectStatusCode: 1009 } });
    expect(chat.invoked).toEqual(['$connect', '$disconnect']);
  });

  test('a frame far larger than any message closes with 1009', async () => {
    await using chat = await startChat(echoing);
    const client = await chat.connect();
    client.send('x'.repeat(4 * KB * KB));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  test('unverified: a message of 128 KB in frames of 32 KB is one event', async () => {
    await using chat = await startChat(echoing);
    const client = await chat.connect();
    sendFragments(client, [32 * KB, 32 * KB, 32 * KB, 32 * KB]);
    expect(await client.next()).toBe('received');
    expect(await chat.eventOf('$default')).toMatchObject({ body: 'x'.repeat(128 * KB) });
    expect(chat.invoked).toEqual(['$connect', '$default']);
  });

  test('a message of more than 128 KB in frames of at most 32 KB closes with 1009', async () => {
    await using chat = await startChat(echoing);
    const client = await chat.connect();
    sendFragments(client, [32 * KB, 32 * KB, 32 * KB, 32 * KB, 1]);
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(chat.invoked).not.toContain('$default');
  });

  test('a message before an offending frame is still received', async () => {
    await using chat = await startChat(echoing);
    const client = await chat.connect();
    client.send('fine');
    await chat.eventOf('$default');
    client.socket.send(Buffer.from('binary'));
    expect(await client.closed).toMatchObject({ code: 1003 });
  });

  test('a frame that breaks RFC 6455 ends the connection and the gateway goes on', async () => {
    await using chat = await startChat(echoing);
    const broken = await chat.connect();
    const other = await chat.connect();
    // A reserved opcode, which no client library would send.
    broken.stream.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]));
    await broken.closed;
    other.send('still there');
    expect(await other.next()).toBe('received');
  });
});

/** A masked frame, as a client sends it. */
const frame = (opcode: number, size: number, fin: boolean): Buffer => {
  const first = (fin ? 0x80 : 0) | opcode;
  const mask = Buffer.from([1, 2, 3, 4]);
  if (size < 126) return Buffer.concat([Buffer.from([first, 0x80 | size]), mask, Buffer.alloc(size, 0x82)]);
  if (size <= 0xffff) {
    return Buffer.concat([Buffer.from([first, 0xfe, size >> 8, size & 0xff]), mask, Buffer.alloc(size, 0x82)]);
  }
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  return Buffer.concat([Buffer.from([first, 0xff]), length, mask, Buffer.alloc(size, 0x82)]);
};
const inspectInChunks = (bytes: Buffer, size: number) => {
  const inspect = frameInspector();
  for (let at = 0; at < bytes.length; at += size) {
    const breach = inspect(bytes.subarray(at, at + size));
    if (breach !== undefined) return breach.code;
  }
  return undefined;
};

describe('the frame inspector', () => {
  const texts = fc.array(fc.array(fc.integer({ min: 0, max: 32 * KB }), { minLength: 1, maxLength: 4 }), {
    maxLength: 4,
  });
  const messages = (sizes: readonly (readonly number[])[]) =>
    sizes.flatMap((parts) =>
      parts.flatMap((size, index) => [
        frame(index === 0 ? 1 : 0, size, index === parts.length - 1),
        // Control frames come between fragments and count for nothing.
        frame(9, 125, true),
      ]),
    );

  test('lets messages within the limits pass, however the bytes are cut', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 70_000 }), (sizes, cut) => {
        expect(inspectInChunks(Buffer.concat(messages(sizes)), cut)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['a frame one byte too large', frame(1, 32 * KB + 1, true), 1009],
    ['a frame with a 64-bit length', frame(1, 70_000, true), 1009],
    ['a fragment too large', Buffer.concat([frame(1, 5, false), frame(0, 32 * KB + 1, true)]), 1009],
    ['a binary frame', frame(2, 1, true), 1003],
  ])('finds %s after any messages, however the bytes are cut', (_what, offence, code) => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 70_000 }), (sizes, cut) => {
        expect(inspectInChunks(Buffer.concat([...messages(sizes), offence]), cut)).toBe(code);
      }),
      { numRuns: 30 },
    );
  });
});
