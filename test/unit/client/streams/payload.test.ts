import { expect, test } from 'vitest';
import { limits, utf8 } from '#protocol';
import { contentRoom, decodePayload, encodePayload, type Header } from '../../../../client/relay/streams/payload.ts';
import { origin } from '../../../../client/relay/streams/running-hash.ts';

const ben = 'b'.repeat(32);
const header: Header = { v: 1, kind: 'message', streams: { [ben]: [1, origin] } };
const framed = (json: string) => {
  const text = utf8(json);
  return Uint8Array.from([text.length >> 8, text.length & 0xff, ...text]);
};

test.each([
  ['nothing', new Uint8Array()],
  ['text', utf8('Hello, this was never a payload')],
  ['no JSON', framed('{"v":1')],
  ['no UTF-8', Uint8Array.from([0, 2, 0xff, 0xfe])],
  ['a later version', framed(JSON.stringify({ ...header, v: 2 }))],
  ['an unknown kind', framed(JSON.stringify({ ...header, kind: 'poem' }))],
  ['a number below 1', framed(JSON.stringify({ ...header, streams: { [ben]: [0, origin] } }))],
  ['a hash that is too short', framed(JSON.stringify({ ...header, streams: { [ben]: [1, origin.slice(1)] } }))],
  ['an account that is none', framed(JSON.stringify({ ...header, streams: { ben: [1, origin] } }))],
])('%s is no payload', (_, bytes) => {
  expect(decodePayload(bytes)).toBeUndefined();
});

test('what a later version adds to a header is passed over', () => {
  expect(decodePayload(framed(JSON.stringify({ ...header, mood: 'fine' })))?.header).toEqual(header);
});

test('a payload that lies within a larger buffer is read where it lies', () => {
  const bytes = encodePayload({ header, content: utf8('hello') });
  const larger = new Uint8Array(bytes.length + 7);
  larger.set(bytes, 7);

  expect(decodePayload(larger.subarray(7))).toEqual({ header, content: utf8('hello') });
});

test('the room for content and the header make a whole body', () => {
  const content = new Uint8Array(contentRoom(header));

  expect(encodePayload({ header, content })).toHaveLength(limits.body);
});
