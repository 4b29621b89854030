import type { Measured } from './embedded.ts';
import { type FieldName, type Given, sift } from './fields.ts';
import { type MetricName, metrics } from './metrics.ts';

type Amount = { metric: MetricName; value?: string | undefined; amount: number };

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** Counts add up, lists grow, anything else takes the place of what was there. */
const join = (before: unknown, next: unknown): unknown => {
  if (typeof before === 'number' && typeof next === 'number') return before + next;
  return isList(before) && isList(next) ? [...new Set([...before, ...next])] : next;
};

/** Whether a dimension of the metric may have that value. */
const isKnown = (metric: MetricName, value: string | undefined): boolean => {
  const definition = metrics[metric];
  return 'by' in definition ? definition.by.values.some((one) => one === value) : value === undefined;
};

/** What is gathered in the course of one invocation. */
export const openRecord = () => {
  const measured = new Map<string, Measured>();
  const noted = new Map<FieldName, unknown>();
  /** The names of what may not stand in a log and was given all the same. */
  const refused = new Set<string>();

  return {
    add: ({ metric, value, amount }: Amount): void => {
      if (!isKnown(metric, value) || !Number.isFinite(amount)) {
        refused.add(metric);
        return;
      }
      const key = `${metric} ${value ?? ''}`;
      const { amounts = [] } = measured.get(key) ?? {};
      const sum = (amounts[0] ?? 0) + amount;
      measured.set(key, { metric, value, amounts: metrics[metric].unit === 'Count' ? [sum] : [...amounts, amount] });
    },

    note: (given: Given): void => {
      const sifted = sift(given);
      for (const [name, value] of sifted.allowed) noted.set(name, join(noted.get(name), value));
      for (const name of sifted.refused) refused.add(name);
    },

    measured: (): Measured[] => [...measured.values()],

    /** Those of the given names, or all, that were noted. */
    fields: (...names: readonly FieldName[]): Record<string, unknown> =>
      Object.fromEntries([...noted].filter(([name]) => names.length === 0 || names.includes(name))),

    refused: (): { refused?: string[] } => (refused.size === 0 ? {} : { refused: [...refused] }),
  };
};
