/** The operator's window, over HTTP, on a cloud in which something goes on. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { startCloud } from '#local';
import { costOf, quantities } from '../../../local/meter/index.ts';
import { startWindow, type Window } from '../../../local/window/index.ts';
import { makeFolder } from '../aws/aws.fixture.ts';
import { writeAssembly } from '../event-sources/assembly.fixture.ts';
import { connectDevice, succeed } from '../../fixtures/wire.ts';
import { newMessageId, registerAccount, startTestCloud } from '../../fixtures/world.ts';

let cloud: Awaited<ReturnType<typeof startTestCloud>>;
let window: Window;
const running = new AsyncDisposableStack();
beforeAll(async () => {
  cloud = running.use(await startTestCloud());
  window = running.use(await startWindow(cloud, [0]));
});
afterAll(() => running.disposeAsync());

type Asked = { path?: string; method?: string; host?: string };

/** What the window answers; `fetch` would not send another `Host`. */
const ask = async ({ path = '/', method = 'GET', host }: Asked = {}) => {
  const asking = request(new URL(path, window.url), { method, ...(host !== undefined && { headers: { host } }) }).end();
  const [response] = z.parse(z.tuple([z.custom<IncomingMessage>()]), await once(asking, 'response'));
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
};

/** The part of the page under a heading. */
const section = (body: string, heading: string): string =>
  new RegExp(`<section><h2>${heading}(.*?)</section>`, 's').exec(body)?.[1] ?? `no section ${heading}`;

describe('the page', () => {
  test('shows who is connected, until they leave', async () => {
    const { phone, account } = await registerAccount(cloud.endpoint);
    const wire = await connectDevice(cloud.endpoint, phone);
    expect(section((await ask()).body, 'Connections')).toContain(`${account}.1`);
    const left = new Promise<void>((resolve) => {
      cloud.gateway.onTraffic(({ kind, connection }) => {
        if (kind === 'closed' && connection.authorizer?.['principalId'] === `${account}.1`) resolve();
      });
    });
    await wire.close();
    await left;
    expect(section((await ask()).body, 'Connections')).not.toContain(account);
  });

  test('shows what ran, for which method, and what that was', async () => {
    const { phone } = await registerAccount(cloud.endpoint);
    await using wire = await connectDevice(cloud.endpoint, phone);
    await succeed(wire, 'session.time', {});
    const { body } = await ask();
    const invocations = section(body, 'Invocations');
    expect(invocations).toMatch(/<code>session\.time<\/code><\/td><td>[^<]*session[^<]*<\/td><td>[\d.]+ ms/);
    expect(section(body, 'Usage')).toContain('<td>session.time</td>');
  });

  test('shows the tables with their first items, of what people write only the size', async () => {
    const ada = await registerAccount(cloud.endpoint);
    const ben = await registerAccount(cloud.endpoint);
    await using wire = await connectDevice(cloud.endpoint, ada.phone);
    const body = Buffer.from('what only Ben may read').toString('base64url');
    const to = [{ account: ben.account, version: 1, devices: [{ device: 1, body: 0 }] }];
    await succeed(wire, 'relay.send', { messages: [{ message: newMessageId(), bodies: [body], to }] });
    const page = (await ask()).body;
    const mailboxes = section(page, '[^<]*Mailboxes[^<]*');
    expect(mailboxes).toContain(`${ben.account}.1`);
    expect(mailboxes).toContain('22 bytes');
    expect(page).not.toContain(body);
    expect(page).not.toContain('what only Ben may read');
  });

  test('abbreviates long texts, and takes none for HTML', async () => {
    const client = new DynamoDBClient({
      endpoint: cloud.aws.url,
      region: 'us-east-1',
      credentials: cloud.aws.operator,
    });
    const { TableNames = [] } = await client.send(new ListTablesCommand());
    const TableName = TableNames.find((name) => name.includes('Mailboxes'));
    const Item = {
      pk: { S: '<script>alert(1)</script>' },
      sk: { S: 'x'.repeat(60) },
      hidden: { L: [{ B: Buffer.from('in a list') }] },
    };
    await client.send(new PutItemCommand({ TableName, Item }));
    client.destroy();
    const mailboxes = section((await ask()).body, '[^<]*Mailboxes[^<]*');
    expect(mailboxes).toContain('&#60;script&#62;alert(1)');
    expect(mailboxes).not.toContain('<script');
    expect(mailboxes).toContain(`<code>${'x'.repeat(40)}…</code>`);
    expect(mailboxes).toContain('9 bytes');
  });

  test('refreshes itself, with a script of its own or without any', async () => {
    const { body } = await ask();
    expect(body).toContain('<script src="/window.js" defer></script>');
    expect(body).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>');
    const script = await ask({ path: '/window.js' });
    expect(script).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript' } });
    expect((await ask({ path: '/window.css' })).headers['content-type']).toBe('text/css');
  });

  test('may load nothing from elsewhere, be put in no frame, and be kept by nobody', async () => {
    const { headers } = await ask();
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
});

const Usage = z.record(z.enum(quantities), z.number());
const Meter = z.strictObject({
  perMethod: z.record(z.string(), Usage),
  perFunction: z.record(z.string(), Usage),
  totals: Usage,
  operations: z.record(z.string(), z.int()),
  bytes: z.strictObject({ aws: z.int(), gateway: z.int() }),
  usd: z.number(),
});

test('/meter.json has the usage per method and function, the totals, and what they cost', async () => {
  await registerAccount(cloud.endpoint);
  const { status, headers, body } = await ask({ path: '/meter.json' });
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  const meter = z.parse(Meter, JSON.parse(body));
  expect(meter.perMethod['account.register']?.invocations).toBeGreaterThanOrEqual(1);
  expect(meter.usd).toBe(costOf(meter.totals));
  expect(meter.usd).toBeGreaterThan(0);
  expect(Math.min(meter.bytes.aws, meter.bytes.gateway)).toBeGreaterThan(0);
});

describe('it refuses', () => {
  test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80'])(
    'another name than this machine’s own: “%s”, which somebody’s page may have pointed here',
    async (host) => {
      const { status, body } = await ask({ host, path: '/meter.json' });
      expect([status, body]).toEqual([403, 'This page is for 127.0.0.1 and localhost only.\n']);
    },
  );

  test.each(['127.0.0.1', 'localhost:4468', '[::1]:4468', 'LOCALHOST'])('not %s', async (host) => {
    expect((await ask({ host })).status).toBe(200);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s', async (method) => {
    expect(await ask({ method })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  test.each(['/window.ts', '/../package.json', '/%2e%2e/package.json', '/?now', '/secrets.json'])(
    'the path %s',
    async (path) => {
      expect((await ask({ path })).status).toBe(404);
    },
  );
});

test('HEAD is answered like GET, without the page', async () => {
  expect(await ask({ method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
});

test('what a function writes into its log is shown with its invocation, and taken for text', async () => {
  await using stack = await makeFolder();
  await writeAssembly(stack.path);
  await using shop = await startCloud({ app: stack.path });
  await using own = await startWindow(shop, [0]);
  const written = new Promise<void>((resolve) => {
    shop.onLine(({ line }) => line.includes('got') && resolve());
  });
  const client = new SQSClient({ endpoint: shop.aws.url, region: 'us-east-1', credentials: shop.aws.operator });
  const QueueUrl = `${shop.aws.url}/000000000000/Shop-Jobs`;
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: '<script>alert(1)</script>' }));
  client.destroy();
  await written;
  const body = await (await fetch(own.url)).text();
  expect(section(body, 'Invocations')).toMatch(/<code>\(queue Shop-Jobs\)<\/code>.*got &#60;script&#62;alert\(1\)/s);
  expect(section(body, 'Queues')).toContain('Shop-Jobs');
});

describe('its port', () => {
  test('is the first that is free', async () => {
    const taken = Number(new URL(window.url).port);
    await using second = await startWindow(cloud, [taken, 0]);
    expect(second.url).not.toBe(window.url);
    expect((await fetch(second.url)).status).toBe(200);
  });

  test('that is taken, when there is no other, is told in a sentence with the remedy', async () => {
    const { port } = new URL(window.url);
    await expect(startWindow(cloud, [Number(port)])).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is in use: stop what listens there, or choose another port.`,
    );
  });

  test('is free again once it is disposed of, whoever is still connected', async () => {
    const second = await startWindow(cloud, [0]);
    const { port } = new URL(second.url);
    await (await fetch(second.url)).text();
    await second[Symbol.asyncDispose]();
    await using third = await startWindow(cloud, [Number(port)]);
    expect(third.url).toBe(second.url);
  });
});
