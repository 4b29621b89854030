import { parse } from 'mathjs';

/** A formula over numbers by their names; NaN stands for no datapoint. */
export type Formula = {
  /** The names of the metrics and expressions that it needs. */
  terms: string[];
  /** `period` is that of the terms, in seconds. */
  evaluate: (values: Readonly<Record<string, number>>, period: number) => number;
};

/** `[a, b]` as mathjs makes it. */
type List = { valueOf: () => number[] };

/**
 * The functions of metric math that our dashboards use, for one point of time.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
const functionsFor = (period: number) => ({
  FILL: (value: number, otherwise: number) => (Number.isNaN(value) ? otherwise : value),
  SUM: (list: List) =>
    list
      .valueOf()
      .filter((value) => !Number.isNaN(value))
      .reduce((sum, value) => sum + value, 0),
  IF: (condition: boolean, then: number, otherwise: number) => (condition ? then : otherwise),
  PERIOD: () => period,
});
const functionNames = Object.keys(functionsFor(0));

/** Throws when the expression cannot be read, or has a function that is not served here. */
export const readFormula = (expression: string): Formula => {
  const node = parse(expression);
  const terms = new Set<string>();
  node.traverse((part, path) => {
    if (!('name' in part) || typeof part.name !== 'string' || part.type !== 'SymbolNode') return;
    if (path !== 'fn') terms.add(part.name);
    else if (!functionNames.includes(part.name)) {
      throw new Error(`The local cloud does not know ${part.name} of metric math, only ${functionNames.join(', ')}.`);
    }
  });
  const code = node.compile();
  return {
    terms: [...terms],
    evaluate: (values, period) => {
      const value: unknown = code.evaluate({ ...values, ...functionsFor(period) });
      return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
    },
  };
};
