import { expect, test } from 'vitest';
import { serveFunctions } from './functions.fixture.ts';

const containing = (text: string): unknown => expect.stringContaining(text);

test('a function is invoked by name or ARN, and answers with what its handler returns', async () => {
  await using lambda = await serveFunctions({ double: 'export const handler = async ({ n }) => ({ n: n * 2 });' });
  expect(await lambda.invoke('double', { n: 2 })).toEqual({ payload: { n: 4 } });
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:double';
  expect(await lambda.invoke(arn, { n: 3 })).toEqual({ payload: { n: 6 } });
});

test('event and result go through JSON, as they do in the cloud', async () => {
  await using lambda = await serveFunctions({
    mirror: 'export const handler = async (event) => ({ event, date: new Date(0), lost: undefined });',
    silent: 'export const handler = async () => {};',
    odd: 'export const handler = async () => () => {};',
    round: 'export const handler = async () => { const ring = {}; ring.ring = ring; return ring; };',
  });
  const event = { date: new Date(1), lost: undefined };
  expect(await lambda.invoke('mirror', event)).toEqual({
    payload: { event: { date: '1970-01-01T00:00:00.001Z' }, date: '1970-01-01T00:00:00.000Z' },
  });
  expect(await lambda.invoke('silent', {})).toEqual({ payload: null });
  expect(await lambda.invoke('odd', {})).toEqual({ payload: null });
  expect(await lambda.invoke('round', {})).toMatchObject({ error: 'unhandled', message: containing('circular') });
});

test('the context names the function and the invocation, and counts its time down', async () => {
  const source = `export const handler = async (event, context) => {
    const { getRemainingTimeInMillis, ...facts } = context;
    return { facts, remaining: getRemainingTimeInMillis() };
  };`;
  await using lambda = await serveFunctions({ told: { source, properties: { MemorySize: 256, Timeout: 5 } } });
  const first = await lambda.invoke('told', {});
  const second = await lambda.invoke('told', {});
  expect(first).toMatchObject({
    payload: {
      facts: {
        functionName: 'told',
        functionVersion: '$LATEST',
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:told',
        memoryLimitInMB: '256',
        logGroupName: '/aws/lambda/told',
      },
    },
  });
  expect(first).not.toMatchObject({ payload: { facts: { awsRequestId: requestIdOf(second) } } });
  expect(first).toHaveProperty('payload.remaining', expect.closeTo(5000, -3));
});

test('an error that the handler throws is answered as unhandled, and its environment lives on', async () => {
  await using lambda = await serveFunctions({
    picky: `let calls = 0;
      export const handler = async (event) => { calls += 1; if (event.bad) throw new RangeError('too much'); return calls; };`,
  });
  expect(await lambda.invoke('picky', { bad: true })).toEqual({ error: 'unhandled', message: 'RangeError: too much' });
  expect(await lambda.invoke('picky', {})).toEqual({ payload: 2 });
  expect(lambda.functions.get('picky')).toEqual({
    invocations: 2,
    coldStarts: 1,
    errors: 1,
    timeouts: 0,
    throttles: 0,
  });
});

test.each([
  ['a rejection that nobody handles', "Promise.reject(new Error('dropped')); await new Promise(() => {});", 'dropped'],
  [
    'an exception outside of the handler',
    "setTimeout(() => { throw new Error('astray'); }); await new Promise(() => {});",
    'astray',
  ],
  ['process.exit', 'process.exit(3);', 'Runtime.ExitError: the function left with code 3'],
  ['running out of memory', 'const hoard = []; for (;;) hoard.push(new Array(1e6).fill({}));', 'memory'],
])('%s ends the environment: the invocation fails and the next one starts cold', async (_what, body, message) => {
  const source = `export const handler = async ({ well }) => { if (well) return 'well'; ${body} };`;
  await using lambda = await serveFunctions({ frail: { source, properties: { Timeout: 10 } } });
  const failed = await lambda.invoke('frail', {});
  expect(failed).toEqual({ error: 'unhandled', message: containing(message) });
  expect(await lambda.invoke('frail', { well: true })).toEqual({ payload: 'well' });
  expect(lambda.functions.get('frail')).toMatchObject({ coldStarts: 2, errors: 1 });
});

test('a bundle that cannot be loaded fails the invocation with its reason', async () => {
  await using lambda = await serveFunctions({
    broken: "throw new Error('no TABLE in the environment');",
    empty: 'export const other = 1;',
  });
  const message = containing('no TABLE in the environment');
  expect(await lambda.invoke('broken', {})).toEqual({ error: 'unhandled', message });
  expect(await lambda.invoke('empty', {})).toMatchObject({
    message: containing('exports no function handler'),
  });
});

test('a CommonJS bundle is run too', async () => {
  const source = 'exports.handler = async () => __filename.length > 0;';
  await using lambda = await serveFunctions({ old: { source, file: 'index.js' } });
  expect(await lambda.invoke('old', {})).toEqual({ payload: true });
});

test('what cannot be run here is refused by name', async () => {
  const source = 'export const handler = async () => 1;';
  await using lambda = await serveFunctions({
    snake: { source, properties: { Runtime: 'python3.13' } },
    inline: { source, properties: { Code: { ZipFile: source } } },
    lost: { source, properties: { Handler: 'main.handler' } },
  });
  await expect(lambda.invoke('snake', {})).rejects.toThrow('snake is written for python3.13');
  await expect(lambda.invoke('inline', {})).rejects.toThrow('inline has no asset folder');
  await expect(lambda.invoke('lost', {})).rejects.toThrow(/lost has the handler main\.handler, but .* no main\.mjs/);
  await expect(lambda.invoke('nobody', {})).rejects.toThrow('no function nobody: the template has snake, inline, lost');
  await expect(serveFunctions({ odd: { source, properties: { Timeout: 'long' } } })).rejects.toThrow(
    /odd .*cannot be run/,
  );
});

const requestIdOf = (invocation: unknown): unknown =>
  JSON.parse(JSON.stringify(invocation), (_key, value: { awsRequestId?: string }) => value.awsRequestId ?? value);
