/** Functions that are invoked twice, and that die in the middle. */
import { expect, test } from 'vitest';
import { serveFunctions } from '../lambda/functions.fixture.ts';
import { openTestFaults } from './faults.fixture.ts';

const targets = () => ({ operations: new Map<string, string[]>(), functions: ['Worker', 'Helper'] });

/** Says what it got, twice, with a pause between. */
const source = `
  import { setTimeout as delay } from 'node:timers/promises';
  export const handler = async ({ order, pause = 0 }) => {
    console.log('began ' + order);
    await delay(pause);
    console.log('did ' + order);
    return order;
  };
`;

const start = async () => {
  const faults = openTestFaults(targets);
  const functions = await serveFunctions({ Worker: source, Helper: source }, { faults });
  const did = (text: string) => functions.lines.filter(({ line }) => line === text).length;
  return { ...functions, faults, did };
};

test('a function gets the very same event a second time, and whoever asked is answered once', async () => {
  await using functions = await start();
  const { faults, did } = functions;
  {
    using _fault = faults.add({ kind: 'duplicate-invocation', function: 'Work*' });
    expect(await functions.invoke('Worker', { order: 1 })).toEqual({ payload: 1 });
    await expect.poll(() => did('did 1')).toBe(2);
    expect(await functions.invoke('Helper', { order: 2 })).toEqual({ payload: 2 });
  }
  expect(await functions.invoke('Worker', { order: 3 })).toEqual({ payload: 3 });
  await expect.poll(() => functions.functions.get('Worker')).toMatchObject({ invocations: 3, errors: 0 });
  expect([did('did 2'), did('did 3')]).toEqual([1, 1]);
  expect(faults.counts()['duplicate-invocation']).toBe(1);
});

test('the duplicate is an invocation of its own: another request, another environment', async () => {
  await using functions = await start();
  functions.faults.add({ kind: 'duplicate-invocation', function: '*' });
  await functions.invoke('Worker', { order: 1, pause: 50 });
  await expect.poll(() => functions.did('did 1')).toBe(2);
  const requests = new Set(functions.lines.map(({ requestId }) => requestId));
  expect(requests.size).toBe(2);
  expect(functions.functions.get('Worker')).toMatchObject({ coldStarts: 2 });
  const [, strike = ''] = functions.faults.lines;
  expect([...requests].some((id) => id !== undefined && strike.includes(`Worker, request ${id}`))).toBe(true);
});

test('an environment is killed in the middle of an invocation, and the next one has a new one', async () => {
  await using functions = await start();
  const { faults, did } = functions;
  await functions.invoke('Worker', { order: 0 });
  using fault = faults.add({ kind: 'crash', function: 'Worker', within: 100 });
  expect(await functions.invoke('Worker', { order: 1, pause: 3_000 })).toEqual({
    error: 'unhandled',
    message: 'Runtime.ExitError: the environment was killed, by a fault.',
  });
  expect([did('began 1'), did('did 1')]).toEqual([1, 0]);
  fault[Symbol.dispose]();
  expect(await functions.invoke('Worker', { order: 2 })).toEqual({ payload: 2 });
  expect(functions.functions.get('Worker')).toMatchObject({ invocations: 3, coldStarts: 2, errors: 1 });
  expect(faults.counts().crash).toBe(1);
});

test('a cold start does not use up the time until the crash', async () => {
  await using functions = await start();
  functions.faults.add({ kind: 'crash', function: 'Worker', within: 1 });
  expect(await functions.invoke('Worker', { order: 1, pause: 3_000 })).toMatchObject({ error: 'unhandled' });
  expect(functions.lines.filter(({ source }) => source === 'platform')).toMatchObject([
    { line: expect.stringContaining('killed'), requestId: expect.any(String) },
  ]);
});

test('a handler that is faster than the crash has done all and answered nothing', async () => {
  await using functions = await start();
  functions.faults.add({ kind: 'crash', function: 'Worker', within: 900_000, times: 1 });
  expect(await functions.invoke('Worker', { order: 1 })).toMatchObject({ error: 'unhandled' });
  expect(functions.did('did 1')).toBe(1);
  expect(await functions.invoke('Worker', { order: 2 })).toEqual({ payload: 2 });
  expect(functions.functions.get('Worker')).toMatchObject({ coldStarts: 2, errors: 1 });
});
