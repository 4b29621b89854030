import { describe, expect, test } from 'vitest';
import { drawDashboard } from '../../../local/metrics/draw-dashboard.ts';
import { errorsOf, expression, graph, metric, of, storeOf } from './metrics.fixture.ts';

const draw = (widget: ReturnType<typeof graph>, store: ReturnType<typeof storeOf>, at: number) => {
  const { times, widgets } = drawDashboard([widget], store, at * 1000);
  const [drawn] = widgets;
  if (drawn?.kind !== 'graph') throw new Error('No graph was drawn.');
  return { times, lines: drawn.lines };
};
const latest = ({ lines }: ReturnType<typeof draw>) =>
  Object.fromEntries(lines.map(({ label, values }) => [label, values.at(-1)]));

test('a point is for the period before it, and there is one every second where that is few', () => {
  const store = storeOf([of('Sends'), 1, 5], [of('Sends'), 30, 7]);
  const { times, lines } = draw(graph(metric('Sends')), store, 75);
  expect([times[0], times.at(-1)]).toEqual([2, 75]);
  const at = (time: number) => lines[0]?.values[times.indexOf(time)];
  expect([2, 30, 60, 61, 75].map(at)).toEqual([5, 12, 12, 7, 7]);
});

test('five minutes are the most, in 75 points', () => {
  const { times } = draw(graph(metric('Sends')), storeOf([of('Sends'), 1, 5]), 400);
  expect([times.length, times[0], times.at(-1)]).toEqual([75, 104, 400]);
});

test('what is only computed with is not drawn', () => {
  const store = storeOf([of('Sends'), 1, 6], [of('Errors'), 1, 3]);
  const drawn = draw(
    graph(
      metric('Sends', { id: 'sends', visible: false }),
      metric('Errors', { id: 'errors', visible: false }),
      expression('100 * errors / sends', { id: 'share', label: 'share', visible: false }),
      expression('share / 2', { label: 'half' }),
    ),
    store,
    10,
  );
  expect(latest(drawn)).toEqual({ half: 25 });
});

test('where there is no datapoint the line is broken', () => {
  const { lines } = draw(graph(metric('Sends'), metric('Others')), storeOf([of('Others'), 1, 1]), 10);
  expect(lines[0]?.values.every((value) => value === null)).toBe(true);
});

describe('a search', () => {
  const store = storeOf(
    [errorsOf('internal'), 1, 1],
    [errorsOf('unlinked'), 1, 2],
    [errorsOf('unlinked', 'prod'), 1, 9],
  );
  const found = `SEARCH('{Shop,Stage,Code} MetricName="Errors" Stage="dev"', 'Sum', 60)`;

  test('draws a line for each metric that it finds, labelled by its dimension', () => {
    const label = `\${PROP('Dim.Code')}`;
    expect(latest(draw(graph(expression(found, { label })), store, 5))).toEqual({ internal: 1, unlinked: 2 });
  });

  test('that finds nothing draws nothing', () => {
    expect(draw(graph(expression(found.replace('dev', 'test'))), store, 5).lines).toEqual([]);
  });
});

test('an expression that names what its graph lacks is told', () => {
  const store = storeOf([of('Sends'), 1, 1]);
  expect(() => draw(graph(expression('2 * sends')), store, 5)).toThrow(
    'The expression 2 * sends names sends, which its graph lacks.',
  );
});
