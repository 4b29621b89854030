/** What time it is for a function, which asks nobody but `Date`. */
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { systemClock } from '../../../local/clock.ts';
import { runningClock, standingClock } from '../../../local/movable-clock.ts';
import { serveFunctions } from '../lambda/functions.fixture.ts';

const source = `
  import { types } from 'node:util';
  const loaded = Date.now();
  class Birthday extends Date {}
  export const handler = async ({ wait = 0 }, context) => {
    const before = Date.now();
    await new Promise((resolve) => setTimeout(resolve, wait));
    return {
      loaded,
      before,
      after: Date.now(),
      made: new Date().getTime(),
      text: Date.parse(Date()),
      subclass: new Birthday().getTime(),
      isBirthday: new Birthday() instanceof Birthday,
      cloned: structuredClone(new Date()) instanceof Date,
      given: [new Date(5).getTime(), new Date('2026-01-02').getTime(), new Date(2026, 0, 2, 3).getHours(), Date.UTC(2026)],
      remaining: context.getRemainingTimeInMillis(),
      patched: types.isProxy(Date),
    };
  };`;

const Told = z.object({
  loaded: z.number(),
  before: z.number(),
  after: z.number(),
  made: z.number(),
  text: z.number(),
  subclass: z.number(),
  isBirthday: z.boolean(),
  cloned: z.boolean(),
  given: z.array(z.number()),
  remaining: z.number(),
  patched: z.boolean(),
});

const minute = 60_000;
const month = 30 * 24 * 60 * minute;
/** How much later a function may look at the time than the test. */
const patience = 10_000;

const startWatch = async (clock = standingClock()) => {
  const lambda = await serveFunctions({ watch: { source, properties: { Timeout: 5 } } }, { clock });
  const look = async (event: object = {}) => {
    const invocation = await lambda.invoke('watch', event);
    return Told.parse('payload' in invocation ? invocation.payload : invocation);
  };
  return { ...lambda, look };
};

test('every way to ask for the time tells the cloud’s, from the loading of the bundle on', async () => {
  const clock = standingClock(Date.now() + month);
  await using watch = await startWatch(clock);
  const told = await watch.look();
  for (const time of [told.loaded, told.before, told.after, told.made, told.subclass, told.text + 999]) {
    expect(time).toBeGreaterThanOrEqual(clock.now());
    expect(time).toBeLessThan(clock.now() + patience);
  }
});

test('a date that is given its time keeps it, and is a date for everybody', async () => {
  await using watch = await startWatch(standingClock(Date.now() + month));
  expect(await watch.look()).toMatchObject({
    given: [5, Date.UTC(2026, 0, 2), 3, Date.UTC(2026)],
    isBirthday: true,
    cloned: true,
    patched: true,
  });
});

test('an environment that is used again sees how far the clock was moved meanwhile', async () => {
  const clock = standingClock();
  await using watch = await startWatch(clock);
  const before = await watch.look();
  await clock.advance(9 * minute);
  const after = await watch.look();
  expect(watch.functions.get('watch')).toMatchObject({ coldStarts: 1 });
  expect(after.before - before.before).toBeGreaterThan(9 * minute - patience);
  expect(after.before).toBeLessThan(clock.now() + patience);
});

test('a clock that goes back, as one that starts in the past does, is followed as well', async () => {
  const clock = runningClock(Date.UTC(2020, 0, 1));
  await using watch = await startWatch(clock);
  const { made } = await watch.look();
  expect(made).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 1));
  expect(made).toBeLessThanOrEqual(clock.now() + 1);
});

test('within an invocation time is real: it runs on while the clock stands, and counts for what remains', async () => {
  const clock = standingClock(Date.now() + month);
  await using watch = await startWatch(clock);
  const waiting = watch.look({ wait: 100 });
  await clock.advance(5 * minute);
  const { before, after, remaining } = await waiting;
  expect(after - before).toBeGreaterThanOrEqual(99);
  expect(after - before).toBeLessThan(4000);
  expect(remaining).toBeGreaterThan(1000);
  expect(remaining).toBeLessThan(4902);
});

test('under the machine’s clock nothing is in the way of Date', async () => {
  const started = Date.now();
  const lambda = await serveFunctions({ watch: source }, { clock: systemClock });
  await using watch = lambda;
  const invocation = await watch.invoke('watch', {});
  const { patched, made } = Told.parse('payload' in invocation ? invocation.payload : invocation);
  expect(patched).toBe(false);
  expect(made).toBeGreaterThanOrEqual(started);
  expect(made).toBeLessThanOrEqual(Date.now());
});
