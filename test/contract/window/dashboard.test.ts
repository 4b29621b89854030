/** The dashboard's page over HTTP; test/program/dashboard.test.ts looks at it in a browser. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCloud } from '#local';
import { Drawing } from '../../../local/metrics/index.ts';
import { startWindow } from '../../../local/window/index.ts';
import { startTestCloud } from '../../fixtures/world.ts';
import { makeFolder } from '../aws/aws.fixture.ts';
import { writeAssembly } from '../event-sources/assembly.fixture.ts';

const running = new AsyncDisposableStack();
let url: string;
const ask = (path: string) => fetch(new URL(path, url));

beforeAll(async () => {
  const cloud = running.use(await startTestCloud());
  url = running.use(await startWindow(cloud, [0])).url;
});
afterAll(() => running.disposeAsync());

test('the page names the dashboard, and has a way back', async () => {
  const page = await (await ask('dashboard')).text();
  expect(page).toContain('<code>tandem-dev</code>');
  expect(page).toContain('<a href="/">Overview</a>');
  expect(await (await ask('')).text()).toContain('<a href="/dashboard">Dashboard</a>');
});

test('its script and styles come from here, and from nowhere else', async () => {
  const page = await (await ask('dashboard')).text();
  const named = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path = '']) => path);
  expect(named.toSorted()).toEqual(['/dashboard.css', '/dashboard.js', '/uplot.css', '/window.css']);
  for (const path of named) {
    const response = await ask(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      path.endsWith('.js') ? 'text/javascript' : 'text/css',
    ]);
    expect(await response.text()).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  }
});

test('what is drawn has the widgets of the template, and as many values as times', async () => {
  const { times, widgets } = Drawing.parse(await (await ask('dashboard.json')).json());
  expect(widgets).toHaveLength(20);
  const lines = widgets.flatMap((widget) => (widget.kind === 'graph' ? widget.lines : []));
  expect(lines.every(({ values }) => values.length === times.length)).toBe(true);
});

test('a template without a dashboard has a page that says so', async () => {
  await using stack = await makeFolder();
  await writeAssembly(stack.path);
  await using shop = await startCloud({ app: stack.path });
  await using own = await startWindow(shop, [0]);
  expect(await (await fetch(new URL('dashboard', own.url))).text()).toContain('The template has no dashboard.');
  expect(await (await fetch(new URL('dashboard.json', own.url))).json()).toMatchObject({ widgets: [] });
});
