import { availableParallelism, devNull } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { serveFunctions } from './functions.fixture.ts';

const containing = (text: string): unknown => expect.stringContaining(text);
const anyText: unknown = expect.any(String);

/** Waits until `together` invocations are running at the same time, which they tell each other through the test. */
const meeting = (together: number) => `
  const { BroadcastChannel } = await import('node:worker_threads');
  export const handler = async ({ name }) => {
    const channel = new BroadcastChannel(process.env.MEETING);
    const here = new Set([name]);
    await new Promise((resolve) => {
      channel.onmessage = ({ data }) => {
        if (!here.has(data)) { here.add(data); channel.postMessage(name); }
        if (here.size === ${together}) resolve();
      };
      channel.postMessage(name);
    });
    channel.postMessage(name);
    channel.close();
    globalThis.served = (globalThis.served ?? 0) + 1;
    return globalThis.served;
  };`;

test('concurrent invocations get environments of their own, which later ones use again', async () => {
  const properties = { Environment: { Variables: { MEETING: 'concurrent' } } };
  await using lambda = await serveFunctions({ meet: { source: meeting(3), properties } });
  const answers = ['a', 'b', 'c'].map((name) => lambda.invoke('meet', { name }));
  expect(await Promise.all(answers)).toEqual([{ payload: 1 }, { payload: 1 }, { payload: 1 }]);
  expect(lambda.functions.get('meet')).toMatchObject({ invocations: 3, coldStarts: 3 });
});

test('invocations take turns in as many environments as this machine can warm, however many come at once', async () => {
  const source = 'export const handler = async () => new Promise((resolve) => setTimeout(resolve, 5));';
  await using lambda = await serveFunctions({ busy: source });
  const answers = await Promise.all(Array.from({ length: 300 }, () => lambda.invoke('busy', {})));
  expect(answers.every((answer) => 'payload' in answer)).toBe(true);
  const { coldStarts = 0 } = lambda.functions.get('busy') ?? {};
  expect(coldStarts).toBeLessThanOrEqual(4 * availableParallelism());
});

test('invocations that wait for one another get environments of their own beyond that', async () => {
  const count = 4 * availableParallelism() + 2;
  const properties = { Timeout: 60, Environment: { Variables: { MEETING: 'crowded' } } };
  await using lambda = await serveFunctions({ meet: { source: meeting(count), properties } });
  const names = Array.from({ length: count }, (_, i) => `guest ${i}`);
  const answers = await Promise.all(names.map((name) => lambda.invoke('meet', { name })));
  expect(answers).toEqual(names.map(() => ({ payload: 1 })));
});

test('invocations one after another share one environment', async () => {
  const source = 'let served = 0; export const handler = async () => (served += 1);';
  await using lambda = await serveFunctions({ count: source });
  const answers = [
    await lambda.invoke('count', {}),
    await lambda.invoke('count', {}),
    await lambda.invoke('count', {}),
  ];
  expect(answers).toEqual([{ payload: 1 }, { payload: 2 }, { payload: 3 }]);
  expect(lambda.functions.get('count')).toMatchObject({ coldStarts: 1 });
});

test('more invocations at once than the cloud or the function may have are throttled', async () => {
  const source = 'export const handler = async () => 1;';
  const reserved = { source, properties: { ReservedConcurrentExecutions: 1 } };
  await using lambda = await serveFunctions({ plain: source, reserved }, { concurrency: 2 });
  const names = ['reserved', 'reserved', 'plain', 'plain'];
  const [first, second, third, fourth] = await Promise.all(names.map((name) => lambda.invoke(name, {})));
  expect([first, third]).toEqual([{ payload: 1 }, { payload: 1 }]);
  expect(second).toMatchObject({ error: 'throttled', message: containing('reserved was throttled') });
  expect(fourth).toMatchObject({ error: 'throttled', message: containing('plain was throttled') });
  expect(await lambda.invoke('plain', {})).toEqual({ payload: 1 });
  expect(lambda.functions.get('reserved')).toMatchObject({ invocations: 1, throttles: 1 });
});

test('the environment that is idle for longest makes room for another when the cloud is full', async () => {
  const source = 'let served = 0; export const handler = async () => (served += 1);';
  await using lambda = await serveFunctions({ one: source, two: source, three: source }, { concurrency: 2 });
  for (const name of ['one', 'two', 'three']) expect(await lambda.invoke(name, {})).toEqual({ payload: 1 });
  expect(await lambda.invoke('two', {})).toEqual({ payload: 2 });
  expect(await lambda.invoke('one', {})).toEqual({ payload: 1 });
});

test.each([
  ['waits', 'await new Promise(() => {});'],
  ['never yields', 'for (;;);'],
])('a function that %s beyond its timeout is ended, and the next invocation starts cold', async (_how, body) => {
  const source = `export const handler = async ({ well }) => { if (well) return 'well'; ${body} };`;
  await using lambda = await serveFunctions({ slow: { source, properties: { Timeout: 1 } } });
  const message = 'Task timed out after 1.00 seconds';
  expect(await lambda.invoke('slow', {})).toEqual({ error: 'timeout', message });
  expect(await lambda.invoke('slow', { well: true })).toEqual({ payload: 'well' });
  expect(lambda.functions.get('slow')).toEqual({ invocations: 2, coldStarts: 2, errors: 0, timeouts: 1, throttles: 0 });
  expect(lambda.lines).toContainEqual({
    function: 'slow',
    requestId: anyText,
    source: 'platform',
    line: message,
  });
});

test('an environment that is idle for some minutes is given up', async () => {
  await using lambda = await serveFunctions({ idle: 'export const handler = async () => 1;' });
  await lambda.invoke('idle', {});
  await lambda.clock.advance(9 * 60_000);
  await lambda.invoke('idle', {});
  expect(lambda.functions.get('idle')).toMatchObject({ coldStarts: 1 });
  await lambda.clock.advance(9 * 60_000);
  await lambda.invoke('idle', {});
  expect(lambda.functions.get('idle')).toMatchObject({ coldStarts: 1 });
  await lambda.clock.advance(11 * 60_000);
  await lambda.invoke('idle', {});
  expect(lambda.functions.get('idle')).toMatchObject({ coldStarts: 2 });
});

test('an environment sees the variables of the template and of Lambda, and none of the developer', async () => {
  vi.stubEnv('AWS_PROFILE', 'production');
  vi.stubEnv('TANDEM_TEST_SECRET', 'of the developer');
  onTestFinished(() => void vi.unstubAllEnvs());
  const source = 'export const handler = async () => ({ env: process.env, arguments: process.argv.length });';
  const properties = { Environment: { Variables: { TABLE: 'mail', AWS_REGION: 'moon' } } };
  const given = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  await using lambda = await serveFunctions({ look: { source, properties } }, { given });
  const answer = await lambda.invoke('look', {});
  expect(answer).toEqual({
    payload: {
      arguments: 2,
      env: {
        ...given,
        TABLE: 'mail',
        _HANDLER: 'index.handler',
        _X_AMZN_TRACE_ID: containing('Root=1-'),
        AWS_CONFIG_FILE: devNull,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        AWS_LAMBDA_FUNCTION_NAME: 'look',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/look',
        AWS_LAMBDA_LOG_STREAM_NAME: containing('[$LATEST]'),
        AWS_REGION: 'us-east-1',
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        LAMBDA_TASK_ROOT: containing('asset.look'),
      },
    },
  });
});

test('what is in flight when the cloud stops is answered, and so is what comes later', async () => {
  const source = "export const handler = async () => { console.log('begun'); await new Promise(() => {}); };";
  const lambda = await serveFunctions({ endless: source });
  const answer = lambda.invoke('endless', {});
  await lambda.line('begun');
  await lambda[Symbol.asyncDispose]();
  const stopped = { error: 'unhandled', message: 'The local cloud was stopped.' };
  expect(await answer).toEqual(stopped);
  expect(await lambda.invoke('endless', {})).toEqual(stopped);
});
