import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { followDevices, giveNumbers, type StreamHead, withJoined } from '../../../../client/relay/streams/numbering.ts';
import { decodePayload, encodePayload, type Header, type Payload } from '../../../../client/relay/streams/payload.ts';
import { linkOf } from '../../../../client/relay/streams/reception.ts';
import { again, payloadOfQuestion, voided } from '../../../../client/relay/streams/resend.ts';
import { origin, runningHash } from '../../../../client/relay/streams/running-hash.ts';

const ben = 'eh7ddx5bksrgcytl7bkai36se4nxx3kl';
const texts = ['Hello', 'Hello again: ä, 雪, 😀', ''];
const messages = texts.map((_, i) => `01a0c450-6c00-7000-8000-00000000000${i + 1}`);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

const sent = (() => {
  let heads = new Map<string, StreamHead>();
  return texts.map((text, i) => {
    const [message, content] = [messages[i] ?? '', Uint8Array.from(Buffer.from(text))];
    const numbered = giveNumbers(heads, [ben], { message, digest: sha256(content).toString('base64url') });
    heads = new Map(
      [...numbered.heads].map(([account, head]) => [account, followDevices(head, i === 0 ? [1] : [1, 2], i + 1)]),
    );
    const header: Header = { v: 1, kind: 'message', streams: withJoined(numbered.streams, heads) };
    return { message, payload: { header, content }, running: heads.get(ben)?.running };
  });
})();
const [first] = sent;
if (first === undefined) throw new Error('three texts make three messages');

const spelled = ({ header, content }: Payload) => ({
  header: JSON.stringify(header),
  contentHex: Buffer.from(content).toString('hex'),
  bytesHex: Buffer.from(encodePayload({ header, content })).toString('hex'),
});

const vectors = {
  about: 'A stream of three messages, one sent again, one void, and a question. Hashes are base64url without padding.',
  origin,
  messages: sent.map(({ message, payload, running }) => ({ message, ...spelled(payload), runningAfter: running })),
  again: spelled(again(first.payload, { account: ben, message: first.message })),
  void: spelled(again(voided(first.payload), { account: ben, message: first.message })),
  question: spelled(payloadOfQuestion({ device: `${ben}.1`, ranges: [{ from: 1, to: 2 }] })),
};

test('the vectors beside this test are what this implementation computes', async () => {
  await expect(`${JSON.stringify(vectors, null, 2)}\n`).toMatchFileSnapshot('./vectors.json');
});

/** A field of a statement: its length in 32 bits, big-endian, and its bytes. */
const field = (bytes: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

test('a running hash is what another implementation computes', () => {
  let running = Buffer.alloc(16);
  for (const { message, payload, running: after } of sent) {
    const fields = [running, Buffer.from(message), sha256(payload.content)].map(field);
    running = sha256(Buffer.concat([Buffer.from('tandem.v1/stream\0'), ...fields])).subarray(0, 16);
    expect(after).toBe(running.toString('base64url'));
  }
});

test('a payload is what another implementation writes', () => {
  for (const { payload } of sent) {
    const text = Buffer.from(JSON.stringify(payload.header));
    const length = Buffer.from([Math.floor(text.length / 256), text.length % 256]);
    expect(Buffer.from(encodePayload(payload))).toEqual(Buffer.concat([length, text, payload.content]));
  }
});

test('a message, what is sent again, and what stands in for it are one link of the stream', () => {
  const links = [
    linkOf(first.payload, { account: ben, message: first.message }),
    ...[vectors.again, vectors.void].map(({ bytesHex }) => {
      const payload = decodePayload(Uint8Array.from(Buffer.from(bytesHex, 'hex')));
      return payload && linkOf(payload, { account: ben, message: '01a0c450-6c00-7000-8000-0000000000ff' });
    }),
  ];
  const link = {
    number: 1,
    previous: origin,
    message: first.message,
    digest: sha256(Buffer.from('Hello')).toString('base64url'),
    isAgain: false,
  };

  expect(links).toEqual([link, { ...link, isAgain: true }, { ...link, isAgain: true }]);
  expect(runningHash(origin, link)).toBe(first.running);
});
