import type { Bucket } from './metric-store.ts';

/**
 * A statistic of what was taken in a period, by its name in CloudWatch; NaN, which is no datapoint, of nothing.
 * Throws for one that is not known here.
 */
export const statisticOf = (name: string, buckets: readonly Bucket[]): number => {
  if (buckets.length === 0) return Number.NaN;
  const total = (of: 'count' | 'sum') => buckets.reduce((sum, bucket) => sum + bucket[of], 0);
  switch (name) {
    case 'Sum':
      return total('sum');
    case 'SampleCount':
      return total('count');
    case 'Average':
      return total('sum') / total('count');
    case 'Minimum':
      return Math.min(...buckets.map(({ least }) => least));
    case 'Maximum':
      return Math.max(...buckets.map(({ most }) => most));
    default:
      return percentile(name, buckets);
  }
};

/** The least value that so many percent of all do not exceed. */
const percentile = (name: string, buckets: readonly Bucket[]): number => {
  const [, percent] = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name) ?? [];
  if (percent === undefined) throw new Error(`The statistic ${name} is not served by the local cloud.`);
  const sorted = Float64Array.from(buckets.flatMap(({ sample }) => sample)).toSorted();
  const rank = Math.max(1, Math.ceil((Number(percent) / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
};
