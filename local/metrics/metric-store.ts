/** What a metric is called. With other dimensions it is another one. */
export type MetricName = { namespace: string; name: string; dimensions: Readonly<Record<string, string>> };

/** What was taken of one metric in one second. */
export type Bucket = { count: number; sum: number; least: number; most: number; sample: number[] };

export type MetricStore = {
  /** Takes values of a metric, at a time in milliseconds since 1970. */
  add: (metric: MetricName, at: number, ...values: readonly number[]) => void;
  /** What was taken after one time and until another, second by second; nothing of seconds without any. */
  between: (metric: MetricName, after: number, until: number) => Bucket[];
  /** The metrics with just these dimensions, whatever their values. */
  withDimensions: (namespace: string, dimensions: readonly string[]) => MetricName[];
  /** When the first value was taken of all that is kept. */
  since: () => number | undefined;
};

type Series = { metric: MetricName; buckets: Map<number, Bucket> };

const second = 1000;
/** In seconds: what is drawn, and the longest period before it. */
const kept = 10 * 60;
/** Of a metric in a second, for percentiles; the rest only counts. */
const sampled = 500;

/** Keeps the values of the last ten minutes, as CloudWatch would get them. */
export const openMetricStore = (): MetricStore => {
  const all = new Map<string, Series>();
  return {
    add(metric, at, ...values) {
      const key = keyOf(metric);
      const series = all.get(key) ?? { metric, buckets: new Map<number, Bucket>() };
      all.set(key, series);
      const when = Math.floor(at / second);
      const bucket = series.buckets.get(when) ?? empty();
      series.buckets.set(when, bucket);
      for (const value of values) take(bucket, value);
      for (const old of series.buckets.keys()) {
        if (old > when - kept) break;
        series.buckets.delete(old);
      }
    },
    between(metric, after, until) {
      const buckets = all.get(keyOf(metric))?.buckets ?? new Map<number, Bucket>();
      const [oldest = Number.POSITIVE_INFINITY] = buckets.keys();
      const found: Bucket[] = [];
      for (let when = Math.max(oldest, Math.floor(after / second) + 1); when <= Math.floor(until / second); when += 1) {
        const bucket = buckets.get(when);
        if (bucket !== undefined) found.push(bucket);
      }
      return found;
    },
    withDimensions: (namespace, dimensions) =>
      [...all.values()]
        .map(({ metric }) => metric)
        .filter((metric) => metric.namespace === namespace && sameNames(Object.keys(metric.dimensions), dimensions)),
    since: () => {
      const first = [...all.values()].flatMap(({ buckets }) => [...buckets.keys()].slice(0, 1));
      return first.length === 0 ? undefined : Math.min(...first) * second;
    },
  };
};

const keyOf = ({ namespace, name, dimensions }: MetricName): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

const sameNames = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((name) => others.includes(name));

const empty = (): Bucket => ({
  count: 0,
  sum: 0,
  least: Number.POSITIVE_INFINITY,
  most: Number.NEGATIVE_INFINITY,
  sample: [],
});

const take = (bucket: Bucket, value: number): void => {
  bucket.count += 1;
  bucket.sum += value;
  bucket.least = Math.min(bucket.least, value);
  bucket.most = Math.max(bucket.most, value);
  if (bucket.sample.length < sampled) bucket.sample.push(value);
};
