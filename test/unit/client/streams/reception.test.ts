import { describe, expect, test } from 'vitest';
import {
  beginAt,
  type Link,
  missing,
  recall,
  type Reception,
  receive,
  release,
} from '../../../../client/relay/streams/reception.ts';
import { origin, runningHash } from '../../../../client/relay/streams/running-hash.ts';

/** A stream of so many messages, from 1. */
const stream = (count: number): Link[] => {
  let previous = origin;
  return Array.from({ length: count }, (_, i) => {
    const link = {
      number: i + 1,
      previous,
      message: `01a0c450-6c00-7000-8000-00000000000${i}`,
      digest: 'A'.repeat(43),
      isAgain: false,
    };
    previous = runningHash(previous, link);
    return link;
  });
};

const links = stream(9);
const link = (number: number): Link => {
  const found = links[number - 1];
  if (found === undefined) throw new Error(`the stream ends before ${number}`);
  return found;
};

/** A reception after messages that came one after another, each handed over when it was next. */
const after = (...numbers: number[]): Reception =>
  numbers.reduce((reception, number) => {
    const verdict = receive(reception, link(number));
    return 'reception' in verdict ? verdict.reception : reception;
  }, beginAt());

const turnOf = (reception: Reception, givenUpTo?: number) => {
  const { link, lost, altered } = release(reception, givenUpTo) ?? {};
  return { number: link?.number, lost, altered };
};

describe('what comes', () => {
  test('in its turn is next', () => {
    expect(receive(after(1), link(2))).toMatchObject({ kind: 'next', altered: false, reception: { next: 3 } });
  });

  test('again is a duplicate, had it its turn or is it held', () => {
    expect(receive(after(1, 2), link(1))).toEqual({ kind: 'duplicate' });
    expect(receive(after(1, 3), link(3))).toEqual({ kind: 'duplicate' });
  });

  test('early is held, in the order of numbers', () => {
    expect(after(1, 7, 3, 5).held.map(({ number }) => number)).toEqual([3, 5, 7]);
  });

  test('after one that is not what was sent says so, and the stream goes on from there', () => {
    const verdict = receive(after(1), { ...link(2), digest: 'B'.repeat(42) + 'A' });
    expect(verdict).toMatchObject({ kind: 'next', altered: false });
    const altered = receive('reception' in verdict ? verdict.reception : beginAt(), link(3));
    expect(altered).toMatchObject({ kind: 'next', altered: true });
    expect(receive('reception' in altered ? altered.reception : beginAt(), link(4))).toMatchObject({ altered: false });
  });

  test('first, and claims that something was before it, is altered', () => {
    expect(receive(beginAt(), { ...link(2), number: 1 })).toMatchObject({ kind: 'next', altered: true });
  });

  test('first to a device that joined later is believed', () => {
    expect(receive(beginAt(4), link(4))).toMatchObject({ kind: 'next', altered: false });
    expect(receive(beginAt(4), link(3))).toEqual({ kind: 'duplicate' });
  });
});

describe('what is held', () => {
  test('is released when the gap before it closes, and not over the next gap', () => {
    const reception = after(1, 3, 4, 6, 2);
    expect(turnOf(reception)).toEqual({ number: 3, lost: undefined, altered: false });
    const second = release(reception)?.reception ?? beginAt();
    expect(turnOf(second)).toEqual({ number: 4, lost: undefined, altered: false });
    expect(release(release(second)?.reception ?? beginAt())).toBeUndefined();
  });

  test('is released over a gap that is given up, with what is lost, and what follows is judged again', () => {
    const reception = after(1, 4, 5, 7);
    expect(release(reception, 2)).toBeUndefined();
    expect(turnOf(reception, 3)).toEqual({ number: 4, lost: { from: 2, to: 3 }, altered: false });
    const next = release(reception, 3)?.reception ?? beginAt();
    expect(turnOf(next, 3)).toEqual({ number: 5, lost: undefined, altered: false });
    expect(missing(next)).toEqual([{ from: 6, to: 6 }]);
  });

  test('is recalled in its order, without what had its turn', () => {
    const { next, running, held } = after(1, 2, 4, 5, 7);
    const stored = [...held.toReversed(), link(2), link(1)];

    expect(recall({ next, running }, stored)).toEqual(after(1, 2, 4, 5, 7));
  });

  test('shows what is missing', () => {
    expect(missing(after(1, 2))).toEqual([]);
    expect(missing(after(1, 4, 5, 9))).toEqual([
      { from: 2, to: 3 },
      { from: 6, to: 8 },
    ]);
  });
});
