import { describe, expect, test } from 'vitest';
import { runningClock, standingClock } from '../../../local/movable-clock.ts';

const clocks = [
  ['stands', standingClock],
  ['runs on', runningClock],
] as const;

describe.each(clocks)('a clock that %s', (_how, clockFrom) => {
  test('fires what is due on a move in order, each at its own time and once', async () => {
    const clock = clockFrom(1_000_000);
    const fired: [string, number][] = [];
    const at = (name: string) => () => fired.push([name, Math.round((clock.now() - 1_000_000) / 1000)]);
    clock.after(30_000, at('third'));
    clock.after(10_000, at('first'));
    clock.after(20_000, at('second'));
    clock.after(20_000, at('second too'));
    clock.after(50_000, at('never'));
    await clock.advance(40_000);
    expect(fired).toEqual([
      ['first', 10],
      ['second', 20],
      ['second too', 20],
      ['third', 30],
    ]);
    expect(clock.timers()).toBe(1);
    await clock.advance(5_000);
    expect(fired).toHaveLength(4);
  });

  test('fires on the same move what those who waited set only then', async () => {
    const clock = clockFrom(0);
    const wait = (seconds: number) => new Promise<void>((resolve) => void clock.after(seconds * 1000, resolve));
    const seen: number[] = [];
    const work = async () => {
      for (let round = 0; round < 3; round += 1) {
        await wait(10);
        seen.push(Math.round(clock.now() / 1000));
      }
    };
    const done = work();
    await clock.advance(60_000);
    await done;
    expect(seen).toEqual([10, 20, 30]);
    expect(Math.round(clock.now() / 1000)).toBe(60);
  });

  test('fires nothing that was cancelled, by another timer neither', async () => {
    const clock = clockFrom(0);
    const fired: string[] = [];
    const cancel = clock.after(2000, () => fired.push('cancelled'));
    clock.after(1000, cancel);
    clock.after(3000, () => fired.push('left'));
    await clock.advance(10_000);
    expect(fired).toEqual(['left']);
    expect(clock.timers()).toBe(0);
  });

  test('makes moves one after another', async () => {
    const clock = clockFrom(0);
    const ends: string[] = [];
    clock.after(15_000, () => ends.push('timer'));
    await Promise.all([
      clock.advance(10_000).then(() => ends.push('first move')),
      clock.advance(10_000).then(() => ends.push('second move')),
    ]);
    expect(ends).toEqual(['first move', 'timer', 'second move']);
    expect(Math.round(clock.now() / 1000)).toBe(20);
  });

  test('moves again after a timer that threw, which the move tells', async () => {
    const clock = clockFrom(0);
    clock.after(1000, () => {
      throw new Error('no luck');
    });
    await expect(clock.advance(2000)).rejects.toThrow('no luck');
    await clock.advance(2000);
    expect(Math.round(clock.now() / 1000)).toBe(3);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('does not move by %d', async (by) => {
    await expect(clockFrom().advance(by)).rejects.toThrow(
      `A clock moves by 0 milliseconds or more, not by ${by}: time does not go back.`,
    );
  });

  test('fires without a move what is due already', async () => {
    const clock = clockFrom(0);
    await new Promise<void>((resolve) => void clock.after(0, resolve));
    expect(clock.timers()).toBe(0);
  });
});

test('a clock that stands shows the same time until it is moved, and by how much it was', async () => {
  const clock = standingClock(5);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(clock.now()).toBe(5);
  await clock.advance(7);
  expect(clock.now()).toBe(12);
});

test('a clock that runs on fires with real time what is due, before and after a move', async () => {
  const clock = runningClock();
  const soon = () => new Promise<void>((resolve) => void clock.after(5, resolve));
  await soon();
  const far = new Promise<void>((resolve) => void clock.after(3_600_005, resolve));
  await clock.advance(3_600_000);
  await far;
  expect(clock.now() - Date.now()).toBeGreaterThan(3_500_000);
});

test('a clock that runs on waits for what is farther away than the machine can count', async () => {
  const clock = runningClock();
  let fired = false;
  clock.after(2 ** 31 + 1000, () => {
    fired = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fired).toBe(false);
  await clock.advance(2 ** 31 + 1000);
  expect(fired).toBe(true);
});
