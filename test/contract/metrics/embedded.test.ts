import { expect, test } from 'vitest';
import { embeddedMetrics } from '../../../local/metrics/index.ts';

const line = (directives: object[], members: object) =>
  JSON.stringify({ _aws: { Timestamp: 7, CloudWatchMetrics: directives }, ...members });
const directive = (names: string[], ...dimensions: string[][]) => ({
  Namespace: 'Shop',
  Dimensions: dimensions,
  Metrics: names.map((Name) => ({ Name, Unit: 'Count' })),
});
const about = { namespace: 'Shop', dimensions: { Stage: 'dev' } };

test('a line is as many values as it has, of each metric in each set of dimensions', () => {
  const text = line([directive(['Sends', 'Latency'], ['Stage'], ['Stage', 'Code'])], {
    Stage: 'dev',
    Code: 'late',
    Sends: 3,
    Latency: [1, 2],
    message: 'whatever else is in it',
  });
  const late = { ...about, dimensions: { Stage: 'dev', Code: 'late' } };
  expect(embeddedMetrics(text)).toEqual([
    { metric: { ...about, name: 'Sends' }, at: 7, values: [3] },
    { metric: { ...about, name: 'Latency' }, at: 7, values: [1, 2] },
    { metric: { ...late, name: 'Sends' }, at: 7, values: [3] },
    { metric: { ...late, name: 'Latency' }, at: 7, values: [1, 2] },
  ]);
});

test.for([
  ['a text', 'Task timed out after 3.00 seconds'],
  ['JSON without metrics', '{"level":"ERROR","message":"no"}'],
  ['half of a line', line([], {}).slice(0, -2)],
  ['metrics that are not told in the format', '{"_aws":{"CloudWatchMetrics":"Sends"},"Sends":1}'],
  ['a metric without its value', line([directive(['Sends'], ['Stage'])], { Stage: 'dev' })],
  ['one that is no number', line([directive(['Sends'], ['Stage'])], { Stage: 'dev', Sends: 'many' })],
  ['one without its dimension', line([directive(['Sends'], ['Stage'])], { Sends: 1 })],
  ['more values than CloudWatch takes', line([directive(['S'], ['Stage'])], { Stage: 'dev', S: Array(101).fill(1) })],
])('%s is none', ([, text = '']) => {
  expect(embeddedMetrics(text)).toEqual([]);
});
