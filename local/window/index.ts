import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Cloud } from '../cloud.ts';
import { costOf } from '../meter/index.ts';
import { portInUse } from '../port-in-use.ts';
import { openMonitor } from '../metrics/index.ts';
import { dashboardPage } from './dashboard-page.ts';
import { dashboardScript } from './dashboard-script.ts';
import type { Html } from './html.ts';
import { openJournal } from './journal.ts';
import { page } from './page.ts';
import { openTables } from './read-tables.ts';
import { viewOf } from './view.ts';

export type Window = AsyncDisposable & { url: string };

type Answer = { status: number; type: string; body: string };

/** The page may load its own style and script, and nothing else from anywhere. */
const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves a page that shows what goes on in the cloud, on the loopback interface, at the first of the ports that is free.
 * Throws, in one sentence with the remedy, when none is.
 */
export const startWindow = async (cloud: Cloud, ports: readonly number[]): Promise<Window> => {
  await using starting = new AsyncDisposableStack();
  const journal = openJournal(cloud.clock.now);
  const tables = starting.use(openTables(cloud.aws));
  const monitor = starting.use(openMonitor(cloud));
  starting.defer(cloud.lambda.onActivity(journal.note));
  starting.defer(cloud.onLine(journal.write));

  const show = async (): Promise<Answer> => {
    const read = await tables
      .read()
      .catch((error: unknown) => ({ failed: `The tables cannot be read: ${String(error)}` }));
    const view = { ...viewOf(cloud), now: cloud.clock.now(), invocations: journal.entries(), tables: read };
    return asHtml(page(view));
  };
  const pages = new Map<string, () => Answer | Promise<Answer>>([
    ['/', show],
    ['/meter.json', () => meterJson(cloud)],
    ['/window.css', () => file('window.css', 'text/css')],
    ['/window.js', () => file('window.js', 'text/javascript')],
    ['/dashboard', () => asHtml(dashboardPage(cloud.stack, monitor.dashboard))],
    ['/dashboard.json', async () => asJson(await monitor.draw())],
    ['/dashboard.css', () => file('dashboard.css', 'text/css')],
    ['/dashboard.js', async () => ({ status: 200, type: 'text/javascript', body: await dashboardScript() })],
    ['/uplot.css', () => file(import.meta.resolve('uplot/dist/uPlot.min.css'), 'text/css')],
  ]);
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (!isLoopback(request.headers.host)) return refuse(403, 'This page is for 127.0.0.1 and localhost only.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET is served.');
    return pages.get(request.url ?? '')?.() ?? refuse(404, 'There is nothing but /, /dashboard and /meter.json.');
  };

  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: unknown) => refuse(500, String(error)))
      .then(({ status, type, body }) => response.writeHead(status, headersOf(status, type)).end(body));
  });
  const port = await listen(server, ports);
  starting.defer(async () => {
    server.close();
    server.closeAllConnections();
  });
  const running = starting.move();
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const listen = async (server: Server, [port = 0, ...others]: readonly number[]): Promise<number> => {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const taken = portInUse(error);
    if (taken === undefined || others.length === 0) throw taken ?? error;
    return listen(server, others);
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
};

/** Any other name may be one that somebody's page points here, to read what we answer (DNS rebinding). */
const isLoopback = (host = ''): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);

const headersOf = (status: number, type: string) => ({
  ...headers,
  'content-type': type,
  ...(status === 405 && { allow: 'GET, HEAD' }),
});

const refuse = (status: number, why: string): Answer => ({ status, type: 'text/plain', body: `${why}\n` });

const asHtml = ({ text }: Html): Answer => ({ status: 200, type: 'text/html; charset=utf-8', body: text });

const asJson = (value: unknown): Answer => ({ status: 200, type: 'application/json', body: JSON.stringify(value) });

const meterJson = ({ meter }: Cloud): Answer => {
  const reading = meter.snapshot();
  return asJson({ ...reading, usd: costOf(reading.totals) });
};

const file = async (name: string, type: string): Promise<Answer> => ({
  status: 200,
  type,
  body: await readFile(new URL(name, import.meta.url), 'utf8'),
});
