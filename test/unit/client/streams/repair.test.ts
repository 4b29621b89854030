import { describe, expect, test } from 'vitest';
import { beginAt, type Reception } from '../../../../client/relay/streams/reception.ts';
import { rangesAsked, type Repair, stepRepair } from '../../../../client/relay/streams/repair.ts';
import { origin } from '../../../../client/relay/streams/running-hash.ts';

const having = (next: number, ...held: number[]): Reception => ({
  ...beginAt(),
  next,
  held: held.map((number) => ({ number, previous: origin, message: '', digest: '', isAgain: false })),
});

/** All that is done about a stream that does not change, at the times when it is due. */
const history = (reception: Reception, random = 0) => {
  const log: [number, string, unknown][] = [];
  let repair: Repair | undefined;
  for (let now = 0; ; ) {
    const step = stepRepair(repair, reception, { now, random: () => random });
    if (step.kind === 'ask') log.push([now, 'ask', step.ranges]);
    if (step.kind === 'give-up') return [...log, [now, 'give up to', step.upTo]];
    if (step.kind === 'whole') return log;
    ({ repair, at: now } = step);
  }
};

describe('mending a stream', () => {
  const gaps = [
    { from: 2, to: 3 },
    { from: 5, to: 5 },
  ];

  test('a stream without gaps needs none', () => {
    expect(history(having(2))).toEqual([]);
  });

  test('what is missing is asked for three times, and given up after a minute', () => {
    expect(history(having(2, 4, 6))).toEqual([
      [1_000, 'ask', gaps],
      [6_000, 'ask', gaps],
      [21_000, 'ask', gaps],
      [60_000, 'give up to', 5],
    ]);
  });

  test('the devices of an account ask at different times', () => {
    expect(history(having(2, 4, 6), 0.5).map(([at]) => at)).toEqual([1_500, 9_000, 31_500, 60_000]);
  });

  test('what is missed later is asked for at once, and not given up with the rest', () => {
    const first = stepRepair(undefined, having(2, 4), { now: 0, random: () => 0 });
    const repair = 'repair' in first ? first.repair : undefined;
    expect(stepRepair(repair, having(2, 4, 9), { now: 1_000, random: () => 0 })).toMatchObject({
      kind: 'ask',
      ranges: [
        { from: 2, to: 3 },
        { from: 5, to: 8 },
      ],
      repair: { upTo: 3 },
    });
  });

  test('an answer renews the patience', () => {
    const first = stepRepair(undefined, having(2, 5), { now: 0, random: () => 0 });
    const repair = 'repair' in first ? first.repair : undefined;
    expect(stepRepair(repair, having(2, 5), { now: 999, random: () => 0 })).toMatchObject({ kind: 'wait', at: 1_000 });
    expect(stepRepair(repair, having(3, 5), { now: 999, random: () => 0 })).toMatchObject({ kind: 'wait', at: 1_999 });
  });

  test('what is asked for late, after a sleep or a change of the date, is given its time to come', () => {
    const missed = stepRepair(undefined, having(2, 4), { now: 0, random: () => 0 });
    const late = { now: 500_000, random: () => 0 };
    const asked = stepRepair('repair' in missed ? missed.repair : undefined, having(2, 4), late);
    expect(asked).toMatchObject({ kind: 'ask', at: 505_000 });
    const again = stepRepair('repair' in asked ? asked.repair : undefined, having(2, 4), late);
    expect(again).toMatchObject({ kind: 'wait', at: 505_000 });
  });

  test('a date that is set back delays nothing', () => {
    const missed = stepRepair(undefined, having(2, 4), { now: 500_000, random: () => 0 });
    const back = stepRepair('repair' in missed ? missed.repair : undefined, having(2, 4), { now: 7, random: () => 0 });
    expect(back).toMatchObject({ kind: 'wait', at: 1_007 });
  });

  test('a question is bounded, and nothing is given up that was not asked for', () => {
    const everySecond = Array.from({ length: rangesAsked + 5 }, (_, i) => 2 * i + 3);
    const log = history(having(2, ...everySecond));

    expect(log[0]?.[2]).toHaveLength(rangesAsked);
    expect(log.at(-1)).toEqual([60_000, 'give up to', 2 * rangesAsked]);
  });
});
