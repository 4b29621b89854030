import { describe, expect, test } from 'vitest';
import { limits, utf8 } from '#protocol';
import type { Payload } from '../../../../client/relay/streams/payload.ts';
import { again, answersTo, payloadOfQuestion, readQuestion, voided } from '../../../../client/relay/streams/resend.ts';
import { origin } from '../../../../client/relay/streams/running-hash.ts';

const [ben, carla] = ['b'.repeat(32), 'c'.repeat(32)];
const message = '01a0c450-6c00-7000-8000-000000000001';
const receipts = { read: [`01a0c450-6c00-7000-8000-000000000002.${ben}.1`] };
const payload: Payload = {
  header: {
    v: 1,
    kind: 'message',
    streams: { [ben]: [3, origin], [carla]: [5, origin] },
    receipts,
  },
  content: utf8('hello'),
};

describe('asking again', () => {
  const question = { device: `${ben}.2`, ranges: [{ from: 2, to: 7 }] };

  test('a question reads back as it was asked', () => {
    expect(readQuestion(payloadOfQuestion(question))).toEqual(question);
  });

  test.each([
    ['a message', payload],
    ['a question that is no JSON', { ...payloadOfQuestion(question), content: utf8('{') }],
    ['a question for nothing', payloadOfQuestion({ ...question, ranges: [] })],
    ['a question to nobody', payloadOfQuestion({ ...question, device: ben })],
  ])('%s is no question', (_, other) => {
    expect(readQuestion(other)).toBeUndefined();
  });
});

describe('answering', () => {
  test('what is still there is sent, in order, and nothing that was not asked for', () => {
    const ranges = [
      { from: 8, to: 8 },
      { from: 2, to: 4 },
    ];
    expect(answersTo(ranges, [9, 8, 5, 4, 3, 1])).toEqual([3, 4, 8]);
  });

  test('a hundred at a time', () => {
    const kept = Array.from({ length: 150 }, (_, i) => i + 1);
    expect(answersTo([{ from: 11, to: 1_000_000 }], kept)).toEqual(kept.slice(10, 10 + limits.batch));
  });

  test('a message goes again to the account that asked alone, with the id it had and the receipts it carried', () => {
    expect(again(payload, { account: ben, message })).toEqual({
      header: { v: 1, kind: 'message', streams: { [ben]: [3, origin] }, message, receipts },
      content: utf8('hello'),
    });
  });

  test('a void keeps the place of a message and the receipts, and nothing of what it said, once and for all', () => {
    const empty = voided(payload);
    expect(empty.header).toEqual({ v: 1, kind: 'void', streams: payload.header.streams, receipts });
    expect(empty.content).toHaveLength(32);
    expect(voided(empty)).toEqual(empty);
  });
});
