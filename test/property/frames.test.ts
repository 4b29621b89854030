import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Envelope, events, limits } from '#protocol';
import { framesOf } from '../../functions/relay/deliver.ts';

const sender = `${'a'.repeat(32)}.999999999`;
const size = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: limits.body }));
const envelopes = fc.array(fc.record({ size, urgent: fc.boolean() }), { maxLength: limits.batch }).map((drafts) =>
  drafts.map(
    ({ size, urgent }, i): Envelope => ({
      id: `0199d5a0-0000-7000-8000-${i.toString().padStart(12, '0')}.${sender}`,
      body: Buffer.alloc(size, size).toString('base64url'),
      at: 1_790_000_000_000,
      ...(urgent && { urgent }),
    }),
  ),
);

const open = (frame: string): Envelope[] => {
  const { params }: { params?: unknown } = JSON.parse(frame);
  return events['relay.deliver'].parse(params).envelopes;
};

test('deliveries keep their order, each envelope once, in frames that the gateway bills once', () => {
  fc.assert(
    fc.property(envelopes, (given) => {
      const frames = framesOf(given);
      expect(frames.flatMap(open)).toEqual(given);
      for (const frame of frames) expect(frame.length).toBeLessThanOrEqual(limits.frame);
    }),
    { numRuns: 50 },
  );
});

test('no envelope begins a frame that would have fitted the frame before', () => {
  fc.assert(
    fc.property(envelopes, (given) => {
      const frames = framesOf(given);
      frames.slice(1).forEach((frame, i) => {
        const [first] = open(frame);
        expect((frames[i]?.length ?? 0) + JSON.stringify(first).length).toBeGreaterThan(limits.frame - 1024);
      });
    }),
    { numRuns: 50 },
  );
});
