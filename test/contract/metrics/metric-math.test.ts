import { describe, expect, test } from 'vitest';
import { readFormula } from '../../../local/metrics/metric-math.ts';

const evaluate = (expression: string, values: Record<string, number> = {}, period = 60) =>
  readFormula(expression).evaluate(values, period);
const missing = Number.NaN;

describe('metric math', () => {
  test.each([
    ['a + 2 * b / (c - 1)', { a: 1, b: 3, c: 4 }, 3],
    ['FILL(a, 0) + b', { a: missing, b: 2 }, 2],
    ['SUM([a, b, FILL(c, 1)])', { a: 1, b: missing, c: missing }, 2],
    ['IF(a >= 10, 100 * a / b, 0)', { a: 20, b: 40 }, 50],
    ['IF(a >= 10, 100 * a / b, 0)', { a: 9, b: 9 }, 0],
    ['a * 86400 / PERIOD(a)', { a: 2 }, 2880],
  ])('%s', (expression, values, result) => {
    expect(evaluate(expression, values)).toBe(result);
  });

  test.each([
    ['a + b', { a: missing, b: 2 }],
    ['a / b', { a: 1, b: 0 }],
    ['IF(a >= 10, b, c)', { a: 20, b: missing, c: 1 }],
  ])('%s is no datapoint where a part of it is none, or nothing comes of it', (expression, values) => {
    expect(evaluate(expression, values)).toBeNaN();
  });

  test('tells what it needs', () => {
    expect(readFormula('IF(a >= 1, SUM([b, FILL(c, 0)]), PERIOD(a))').terms).toEqual(['a', 'b', 'c']);
  });

  test('that is not served is named', () => {
    expect(() => readFormula('ANOMALY_DETECTION_BAND(a)')).toThrow('does not know ANOMALY_DETECTION_BAND');
  });
});
