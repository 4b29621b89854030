import type { Entry, Widget } from './dashboard-body.ts';
import type { Drawing, Line } from './drawing.ts';
import { type Formula, readFormula } from './metric-math.ts';
import type { MetricStore } from './metric-store.ts';
import { search } from './search.ts';
import { statisticOf } from './statistic.ts';

const second = 1000;
const points = 75;
/** In seconds. */
const longest = 5 * 60;

/**
 * What the page draws, from the first value until now, five minutes at most. CloudWatch has a point for each period; here
 * there is one every few seconds, each for the whole period before it, so that numbers mean the same and a minute shows
 * something.
 */
export const drawDashboard = (widgets: readonly Widget[], store: MetricStore, now: number): Drawing => {
  const times = timesUntil(now, store.since() ?? now);
  return {
    times,
    widgets: widgets.map((widget) => {
      if (widget.kind === 'text') return widget;
      const { entries, ...graph } = widget;
      return { ...graph, lines: linesOf(entries, { store, times }) };
    }),
  };
};

const timesUntil = (now: number, since: number): number[] => {
  const span = Math.min(longest, Math.max(1, Math.ceil((now - since) / second)));
  const step = Math.max(1, Math.ceil(span / points));
  const last = Math.floor(now / second / step) * step;
  const count = Math.max(2, Math.floor(span / step));
  return Array.from({ length: count }, (_, i) => last - (count - 1 - i) * step);
};

type Data = { store: MetricStore; times: readonly number[] };

const linesOf = (entries: readonly Entry[], { store, times }: Data): Line[] => {
  const known = new Map<Entry, number[]>();
  const byId = new Map(entries.flatMap((entry) => (entry.id === undefined ? [] : [[entry.id, entry] as const])));

  const valuesOf = (entry: Entry): number[] => {
    const values = known.get(entry) ?? compute(entry);
    known.set(entry, values);
    return values;
  };
  const compute = (entry: Entry): number[] => {
    if (!('expression' in entry)) {
      return times.map((time) => {
        const until = time * second;
        return statisticOf(entry.stat, store.between(entry, until - entry.period * second, until));
      });
    }
    const formula = formulaOf(entry.expression);
    const terms = formula.terms.map((id) => {
      const term = byId.get(id);
      if (term === undefined) throw new Error(`The expression ${entry.expression} names ${id}, which its graph lacks.`);
      return [id, valuesOf(term)] as const;
    });
    return times.map((_, i) =>
      formula.evaluate(Object.fromEntries(terms.map(([id, values]) => [id, values[i] ?? Number.NaN])), entry.period),
    );
  };

  return entries
    .filter(({ visible }) => visible)
    .flatMap((entry) => search(entry, store) ?? [entry])
    .map((entry) => ({
      label: entry.label ?? ('name' in entry ? entry.name : entry.expression),
      axis: entry.yAxis,
      values: valuesOf(entry).map((value) => (Number.isNaN(value) ? null : value)),
    }));
};

const formulas = new Map<string, Formula>();

const formulaOf = (expression: string): Formula => {
  const formula = formulas.get(expression) ?? readFormula(expression);
  formulas.set(expression, formula);
  return formula;
};
