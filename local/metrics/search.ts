import type { Entry } from './dashboard-body.ts';
import type { MetricStore } from './metric-store.ts';

const form = /^SEARCH\('\{([^}]*)\}\s*([^']*)', '(\w+)', (\d+)\)$/;
const named = /\$\{PROP\('Dim\.(\w+)'\)\}/g;

/**
 * The metrics that a search finds, one line each, or nothing for another expression: those of a namespace with just these
 * dimensions, a name and some of their values.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export const search = (entry: Entry, store: MetricStore): Entry[] | undefined => {
  if (!('expression' in entry)) return undefined;
  const [all, schema = '', terms = '', stat = '', seconds = ''] = form.exec(entry.expression) ?? [];
  if (all === undefined) return undefined;
  const [namespace = '', ...dimensions] = schema.split(',');
  const wanted = [...terms.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => ({ key, value }));
  return store
    .withDimensions(namespace, dimensions)
    .filter((metric) =>
      wanted.every(({ key, value }) => (key === 'MetricName' ? metric.name : metric.dimensions[key]) === value),
    )
    .map((metric) => ({
      ...metric,
      id: undefined,
      label: entry.label?.replaceAll(named, (_text, dimension: string) => metric.dimensions[dimension] ?? ''),
      visible: entry.visible,
      yAxis: entry.yAxis,
      stat,
      period: Number(seconds),
    }));
};
