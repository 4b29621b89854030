/** The page by itself: what it shows, and that nothing in it is taken for HTML. */
import { expect, test } from 'vitest';
import { page } from '../../../local/window/page.ts';
import type { View } from '../../../local/window/view.ts';
import { messageEvent, watchCloud } from '../meter/meter.fixture.ts';

const now = Date.UTC(2026, 0, 2, 12);

const viewOf = (view: Partial<View> = {}): View => {
  using cloud = watchCloud();
  return {
    stack: 'Tandem-dev',
    endpoint: 'ws://127.0.0.1:4466/dev',
    aws: 'http://127.0.0.1:4467',
    now,
    connections: [],
    invocations: [],
    tables: [],
    faults: { seed: 7, active: [] },
    queues: [],
    pushes: [],
    meter: cloud.meter.snapshot(),
    ...view,
  };
};

const entry = { requestId: 'r-1', function: 'relay', cause: 'relay.send', at: now, lines: [] };
const fault = { kind: 'error', service: 'sns', operation: '*', error: 'Throttled', rate: 1 } as const;
const hostile = `<script>alert("&'1")</script>`;

test('nothing that it shows is taken for HTML', () => {
  using cloud = watchCloud();
  cloud.begin(hostile, messageEvent(hostile)).ends();
  const view = viewOf({
    stack: hostile,
    endpoint: hostile,
    aws: hostile,
    connections: [{ id: hostile, who: hostile, since: now, lastActive: now }],
    invocations: [
      {
        requestId: hostile,
        function: hostile,
        cause: hostile,
        at: now,
        ended: { duration: 1, init: 1, error: hostile },
        lines: [hostile],
      },
    ],
    tables: [{ name: hostile, count: 1, items: [{ [hostile]: hostile }] }],
    faults: { seed: 7, active: [{ fault: { ...fault, service: hostile }, strikes: 1 }] },
    queues: [{ name: hostile, visible: 1, inFlight: 0, delayed: 0 }],
    pushes: [{ at: now, platform: hostile, endpoint: hostile, payload: hostile }],
    meter: cloud.meter.snapshot(),
  });
  const text = page(view).text;
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).toContain('<script src="/window.js" defer></script>');
  expect(text).not.toContain(`"&'`);
  expect(text).toContain('&#60;script&#62;alert(&#34;&#38;&#39;1&#34;)&#60;/script&#62;');
  expect(page(viewOf({ tables: { failed: hostile } })).text.match(/<script/g)).toHaveLength(1);
});

test('a connection is shown with who it is, since when, and how long it has been idle', () => {
  const connections = [{ id: 'c1=', who: 'ada.1', since: now - 125_000, lastActive: now - 5000 }];
  const text = page(viewOf({ connections })).text;
  for (const shown of ['ada.1', 'c1=', '2 min 5 s', '5 s']) expect(text).toContain(shown);
});

test('an invocation is shown as running, as done, as cold, or as failed, with its log', () => {
  expect(page(viewOf({ invocations: [entry] })).text).toContain('running');
  const warm = { ...entry, ended: { duration: 3.14159, init: undefined, error: undefined }, lines: ['one', 'two'] };
  const text = page(viewOf({ invocations: [warm] })).text;
  expect(text).toContain('3.1 ms');
  expect(text).not.toContain('cold,');
  expect(text).toContain('<details id="r-1"><summary>2 lines</summary><pre>one\ntwo</pre></details>');
  const bad = { ...entry, ended: { duration: 3, init: 80.4, error: 'Task timed out' } };
  expect(page(viewOf({ invocations: [bad] })).text).toMatch(/cold, 80 ms.*Task timed out/s);
});

test('queues and the outbox are shown where there are any', () => {
  expect(page(viewOf()).text).not.toMatch(/Queues|Outbox/);
  const text = page(
    viewOf({
      queues: [{ name: 'Deadlines', visible: 3, inFlight: 2, delayed: 1 }],
      pushes: [{ at: now, platform: 'APNS', endpoint: 'arn:…/endpoint/APNS/app/e-1', payload: '{"aps":{}}' }],
    }),
  ).text;
  expect(text).toContain('<td>Deadlines</td><td>3</td><td>2</td><td>1</td>');
  expect(text).toMatch(/APNS.*e-1.*aps/s);
});

test('faults are shown while there are any, with how often they struck', () => {
  expect(page(viewOf()).text).not.toContain('Faults');
  const text = page(viewOf({ faults: { seed: 7, active: [{ fault, strikes: 3 }] } })).text;
  expect(text).toMatch(/Faults <small>seed 7<.*Throttled.*<td>3<\/td>/s);
});

test('tables that cannot be read leave the rest of the page as it is', () => {
  const text = page(viewOf({ tables: { failed: 'The tables cannot be read: no engine' } })).text;
  expect(text).toMatch(/<p class="bad">The tables cannot be read: no engine<\/p>/);
  expect(text).toContain('Connections');
});
