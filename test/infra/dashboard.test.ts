import { describe, expect, test } from 'vitest';
import { metrics, namespace } from '../../functions/shared/telemetry/metrics.ts';
import { templateWith } from '../fixtures/stage.ts';
import { dashboardOf, graphsOf, wrongWith } from './telemetry.ts';
import { synthesized } from './template.ts';

const { name, widgets } = dashboardOf(await synthesized());
const graphs = graphsOf(widgets);
const entries = graphs.flatMap((graph) => graph.entries);
const named = entries.flatMap((entry) => ('name' in entry ? [entry] : []));

test('a stage has one page, which is named after it', async () => {
  expect(name).toBe('tandem-dev');
  expect(dashboardOf(await templateWith({ 'tandem.stage': 'prod' })).name).toBe('tandem-prod');
});

test('it answers four questions, with four graphs each that fill the page’s width', () => {
  const rows = Map.groupBy(widgets, ({ y }) => y);
  const questions = widgets.flatMap((widget) => (widget.kind === 'text' ? [widget.markdown] : []));
  expect(questions).toEqual(['## Is it up?', '## Is mail flowing?', '## What hurts?', '## What does it cost?']);
  for (const row of rows.values()) {
    expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
    expect([1, 4]).toContain(row.length);
  }
  expect(graphs).toHaveLength(16);
});

describe('each of its graphs', () => {
  test.for(graphs)('has a title, and a unit for every axis: $title', ({ title, axes }) => {
    expect(title).not.toBe('');
    expect(axes.left.label).not.toBe('');
    expect(axes.right?.label).not.toBe('');
  });

  test.for(graphs)('has a label for every line: $title', ({ entries }) => {
    const lines = entries.filter(({ visible }) => visible);
    expect(lines.length).toBeGreaterThan(0);
    for (const { label } of lines) expect(label).toMatch(/\w/);
  });
});

test('every metric on it is one that functions emit, or that AWS counts and local/ too', () => {
  expect(named.length).toBeGreaterThan(30);
  expect(named.flatMap((metric) => wrongWith(metric) ?? [])).toEqual([]);
});

test('a metric that nobody emits is found', () => {
  const stage = { Stage: 'dev' };
  expect(wrongWith({ namespace, name: 'Accepted', dimensions: stage })).toBeUndefined();
  expect(wrongWith({ namespace, name: 'Excepted', dimensions: stage })).toContain('not in the table');
  expect(wrongWith({ namespace, name: 'Wakeups', dimensions: stage })).toContain('by other dimensions');
  expect(wrongWith({ namespace, name: 'Wakeups', dimensions: { ...stage, Outcome: 'lost' } })).toContain('not one of');
  expect(wrongWith({ namespace: 'AWS/SQS', name: 'Visible', dimensions: {} })).toContain('not counted');
});

test('every metric that functions emit is on it, with all of its outcomes', () => {
  const searched = entries.flatMap((entry) => ('expression' in entry ? [entry.expression] : [])).join('\n');
  for (const [metric, definition] of Object.entries(metrics)) {
    const shown = named.filter(({ namespace: of, name }) => of === namespace && name === metric);
    if (!('by' in definition)) expect([metric, ...shown]).not.toEqual([metric]);
    else if (!searched.includes(`{${namespace},Stage,${definition.by.dimension}} MetricName="${metric}"`)) {
      const values = new Set(shown.map(({ dimensions }) => dimensions[definition.by.dimension]));
      expect([metric, values]).toEqual([metric, new Set(definition.by.values)]);
    }
  }
});
