import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldNow, withFewer, withMore } from '../../functions/relay/holding.ts';
import type { Holding } from '../../functions/shared/directory/index.ts';
import { limits } from '#protocol';

const month = limits.envelopeLife;
const time = fc.integer({ min: 1, max: 50 * month });
const held: fc.Arbitrary<Holding> = fc.record({
  envelopes: fc.integer({ min: 0, max: 200_000 }),
  bytes: fc.integer({ min: 0, max: 10 ** 8 }),
  at: time,
});

test('an estimate that nothing is added to halves in three weeks, and is next to nothing after a year', () => {
  const full = { envelopes: 100_000, bytes: 50_000_000, at: 1 };
  const after = (days: number) => heldNow(full, 1 + days * 24 * 60 * 60 * 1000);
  expect(after(0)).toEqual(full);
  expect(after(20.8).envelopes).toBeCloseTo(50_000, -2);
  expect(after(20.8).bytes).toBeCloseTo(25_000_000, -5);
  expect(after(366).envelopes).toBeLessThan(1);
});

test('an estimate fades as much however often somebody looks', () => {
  fc.assert(
    fc.property(held, fc.array(fc.integer({ min: 0, max: month }), { maxLength: 20 }), (first, waits) => {
      let seen = first;
      for (const wait of waits) seen = heldNow(seen, seen.at + wait);
      const once = heldNow(first, seen.at);
      expect(seen.envelopes).toBeCloseTo(once.envelopes, 3);
      expect(seen.bytes).toBeCloseTo(once.bytes, 3);
    }),
  );
});

test('a clock that is behind makes no estimate grow', () => {
  fc.assert(
    fc.property(held, time, (first, earlier) => {
      const { envelopes, bytes } = heldNow(first, Math.min(first.at, earlier));
      expect({ envelopes, bytes }).toEqual({ envelopes: first.envelopes, bytes: first.bytes });
    }),
  );
});

test('an estimate is never less than nothing, and of no bytes when it is of no envelopes', () => {
  const step = fc.oneof(
    fc.record({ more: fc.integer({ min: 1, max: 6400 }), size: fc.integer({ min: 1, max: 30_000 }) }),
    fc.record({ fewer: fc.integer({ min: 1, max: 6400 }) }),
    fc.record({ wait: fc.integer({ min: 0, max: 3 * month }) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let seen: Holding = { envelopes: 0, bytes: 0, at: 1 };
      for (const step of steps) {
        if ('more' in step) seen = withMore(seen, step.more, step.more * step.size);
        else if ('fewer' in step) seen = withFewer(seen, step.fewer);
        else seen = heldNow(seen, seen.at + step.wait);
        expect(seen.envelopes).toBeGreaterThanOrEqual(0);
        expect(seen.bytes).toBeGreaterThanOrEqual(0);
        if (seen.envelopes === 0) expect(seen.bytes).toBe(0);
      }
    }),
  );
});

test('what is removed is as large as the others: those that stay have the size they had', () => {
  fc.assert(
    fc.property(held, fc.integer({ min: 1, max: 6400 }), (before, fewer) => {
      fc.pre(before.envelopes > fewer);
      const after = withFewer(before, fewer);
      expect(after.envelopes).toBeCloseTo(before.envelopes - fewer, 6);
      expect(after.bytes / after.envelopes).toBeCloseTo(before.bytes / before.envelopes, 6);
    }),
  );
});

test('a steady stream that nobody fetches settles at what thirty days bring', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 3000 }),
      fc.integer({ min: 100, max: 30_000 }),
      held,
      (perDay, size, first) => {
        const wait = (64 / perDay / 30) * month;
        let seen = first;
        while (seen.at < first.at + 20 * month) {
          seen = withMore(heldNow(seen, seen.at + wait), 64, 64 * size);
        }
        expect(Math.abs(seen.envelopes - 30 * perDay)).toBeLessThanOrEqual(64);
        expect(Math.abs(seen.bytes - 30 * perDay * size)).toBeLessThanOrEqual(64 * size);
      },
    ),
    { numRuns: 30 },
  );
});
