import { costOf, formatAmount, priceList, quantities, quantityNames, usageRows } from '../meter/index.ts';
import { type Content, type Html, html } from './html.ts';
import type { Entry } from './journal.ts';
import { navigation } from './navigation.ts';
import type { TableView } from './read-tables.ts';
import type { ConnectionView, PushView, QueueView, View } from './view.ts';

/** The whole page. */
export const page = (view: View): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${view.stack}</title>
<link rel="stylesheet" href="/window.css">
<script src="/window.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<header>
<h1>${view.stack}</h1>
${navigation('overview')}
<p><code>${view.endpoint}</code> <span>AWS</span> <code>${view.aws}</code> <span>as of</span> <time>${clockTime(view.now)}</time></p>
</header>
<main>
${[
  section('Connections', view.connections.length, connections(view.connections, view.now)),
  section('Usage', `${formatCost(costOf(view.meter.totals))} USD`, usage(view)),
  view.faults.active.length === 0 ? '' : section('Faults', `seed ${view.faults.seed}`, faults(view)),
  section('Invocations', view.meter.totals.invocations, invocations(view.invocations)),
  'failed' in view.tables
    ? section('Tables', 0, html`<p class="bad">${view.tables.failed}</p>`)
    : view.tables.map(table),
  view.queues.length === 0 ? '' : section('Queues', view.queues.length, queues(view.queues)),
  view.pushes.length === 0 ? '' : section('Outbox', view.pushes.length, pushes(view.pushes)),
]}
</main>
</body>
</html>
`;

const section = (title: string, count: string | number, content: Html): Html =>
  html`<section><h2>${title} <small>${count}</small></h2>${content}</section>`;

const grid = (head: readonly string[], rows: readonly (readonly Content[])[], kind = ''): Html =>
  rows.length === 0
    ? html`<p class="none">none</p>`
    : html`<div class="scroll"><table class="${kind}"><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead><tbody>${rows.map(
        (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`,
      )}</tbody></table></div>`;

const connections = (all: readonly ConnectionView[], now: number): Html =>
  grid(
    ['who', 'connection', 'since', 'for', 'idle for'],
    all.map(({ id, who, since, lastActive }) => [
      html`<code>${who}</code>`,
      html`<code>${id}</code>`,
      clockTime(since),
      span(now - since),
      span(now - lastActive),
    ]),
  );

const usage = ({ meter }: View): Html => {
  const { head, rows } = usageRows(meter);
  const prices = quantities.flatMap((quantity) => {
    const price = priceList.prices[quantity];
    return price === undefined ? [] : [`${quantityNames[quantity]} ${price.usd} per ${formatAmount(price.per)}`];
  });
  return html`${grid(head, rows, 'numbers')}
<p class="note">List prices in USD of ${priceList.region}, as of ${priceList.asOf}: ${prices.join(' · ')}. <a href="/meter.json">As JSON</a></p>`;
};

const faults = ({ faults: { active } }: View): Html =>
  grid(
    ['fault', 'strikes'],
    active.map(({ fault, strikes }) => [html`<code>${JSON.stringify(fault)}</code>`, strikes]),
  );

const invocations = (entries: readonly Entry[]): Html =>
  grid(
    ['at', 'for', 'function', 'took', 'log'],
    entries.map((entry) => [
      clockTime(entry.at),
      html`<code>${entry.cause}</code>`,
      entry.function,
      outcome(entry),
      entry.lines.length === 0
        ? ''
        : html`<details id="${entry.requestId}"><summary>${entry.lines.length} lines</summary><pre>${entry.lines.join('\n')}</pre></details>`,
    ]),
  );

const outcome = ({ ended }: Entry): Content => {
  if (ended === undefined) return 'running';
  const { duration, init, error } = ended;
  const cold = init === undefined ? '' : html` <span class="cold">cold, ${init.toFixed(0)} ms</span>`;
  const bad = error === undefined ? '' : html` <span class="bad">${error}</span>`;
  return html`${duration.toFixed(1)} ms${cold}${bad}`;
};

const table = ({ name, count, items }: TableView): Html => {
  const head = [...new Set(items.flatMap((item) => Object.keys(item)))];
  const rows = items.map((item) => head.map((key) => html`<code>${item[key] ?? ''}</code>`));
  return section(name, `${formatAmount(count)} items`, grid(head, rows));
};

const queues = (all: readonly QueueView[]): Html =>
  grid(
    ['queue', 'waiting', 'in flight', 'delayed'],
    all.map(({ name, visible, inFlight, delayed }) => [name, visible, inFlight, delayed]),
    'numbers',
  );

const pushes = (all: readonly PushView[]): Html =>
  grid(
    ['at', 'platform', 'endpoint', 'payload'],
    all.map(({ at, platform, endpoint, payload }) => [
      clockTime(at),
      platform,
      html`<code>${endpoint.slice(endpoint.lastIndexOf('/') + 1)}</code>`,
      html`<code>${payload}</code>`,
    ]),
  );

const clockTime = (at: number): string => new Date(at).toLocaleTimeString('en-GB');

const span = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

const formatCost = (usd: number): string => usd.toFixed(6);
