import { expect, test } from 'vitest';
import { exceeded } from '../../../bench/budgets.ts';

const fit = { function: 'relay', memory: 512, bundle: 450, gzip: 150, import: 100, ratio: 4 };

test('a function may have 450 KB, and take 100 ms to load, or four times as long as node:http', () => {
  expect(exceeded([fit, { ...fit, import: 300 }, { ...fit, ratio: 5 }])).toEqual([]);
});

test('one that has more, or takes longer, is named, with what it may', () => {
  const large = { ...fit, function: 'large', bundle: 451 };
  const slow = { ...fit, function: 'slow', import: 101, ratio: 4.1 };
  expect(exceeded([fit, large, slow])).toEqual([
    'large has 451 KB, and may have 450.',
    'slow takes 101 ms to load, 4.1 times as long as node:http, and may take 100 or 4 times.',
  ]);
});
