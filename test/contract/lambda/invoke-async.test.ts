import { expect, test } from 'vitest';
import { type Invocation, invokeAsync } from '../../../local/lambda/index.ts';

/** Invokes with these outcomes, and after these with the last of them; time passes as soon as it is waited for. */
const run = async (...outcomes: Invocation[]) => {
  const waits: number[] = [];
  let now = 0;
  let invocations = 0;
  const clock = {
    now: () => now,
    after: (delay: number, callback: () => void) => {
      waits.push(delay / 1000);
      now += delay;
      queueMicrotask(callback);
      return () => undefined;
    },
  };
  const invoke = async () => {
    invocations += 1;
    const outcome = outcomes[invocations - 1] ?? outcomes.at(-1);
    if (outcome === undefined) throw new Error('There is no outcome.');
    return outcome;
  };
  const last = await invokeAsync({ invoke, clock }, 'arn', {});
  return { last, waits, hours: now / 3_600_000 };
};

const failed = { error: 'unhandled' as const, message: 'no' };
const throttled = { error: 'throttled' as const, message: 'busy' };
const done = { payload: 1 };

// Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
test('an error is tried again after a minute, and after two more, then given up', async () => {
  expect(await run(failed, done)).toMatchObject({ last: done, waits: [60] });
  expect(await run(failed)).toMatchObject({ last: failed, waits: [60, 120] });
});

test('throttling is tried again ever more slowly, up to every five minutes for six hours, and counts as no error', async () => {
  const { last, waits, hours } = await run(throttled);
  expect(last).toEqual(throttled);
  expect(waits.slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  expect(hours).toBeGreaterThan(5.9);
  expect(hours).toBeLessThanOrEqual(6);
  expect(await run(throttled, failed, throttled, failed, done)).toMatchObject({ last: done, waits: [1, 60, 2, 120] });
});
