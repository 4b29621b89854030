import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLedger } from '../../local/meter/ledger.ts';
import { costOf, quantities, type Usage } from '../../local/meter/index.ts';
import { messageUsage } from '../../local/meter/rules.ts';

/** Whole numbers, so that sums do not depend on their order. */
const usage = fc.dictionary(fc.constantFrom(...quantities), fc.nat(1000));
const entry = fc.tuple(
  fc.record({
    method: fc.constantFrom('relay.send', 'relay.ack', '$connect'),
    function: fc.constantFrom('a', 'b', undefined),
  }),
  usage,
);

test('the methods add up to the totals, whatever is counted', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const ledger = openLedger();
      for (const [account, used] of entries) ledger.add(account, used);
      const { perMethod, perFunction, totals } = ledger.read();
      for (const quantity of quantities) {
        const sum = (rows: Record<string, Usage>) => Object.values(rows).reduce((all, row) => all + row[quantity], 0);
        expect(sum(perMethod)).toBe(totals[quantity]);
        expect(sum(perFunction)).toBeLessThanOrEqual(totals[quantity]);
      }
    }),
  );
});

test('more usage never costs less', () => {
  fc.assert(
    fc.property(fc.array(entry), entry, (entries, [account, more]) => {
      const ledger = openLedger();
      for (const [on, used] of entries) ledger.add(on, used);
      const before = costOf(ledger.read().totals);
      ledger.add(account, more);
      expect(costOf(ledger.read().totals)).toBeGreaterThanOrEqual(before);
    }),
  );
});

test('a message is billed as the fewest increments of 32 KB that hold it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 128 * 1024 }), (bytes) => {
      const { gatewayMessages: billed = 0 } = messageUsage(bytes);
      expect(billed * 32 * 1024).toBeGreaterThanOrEqual(bytes);
      expect((billed - 1) * 32 * 1024).toBeLessThan(bytes);
    }),
  );
});
