/** That the check of `npm run check:history` finds what must not be: histories that are right, spoilt in one way each. */
import { glob, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Fact } from '../../fault/history/judge/fact.ts';
import { judge } from '../../fault/history/judge/judge.ts';

/** Facts, one a millisecond, of Ada with phone and computer, Ben and Cleo with a phone each. */
const historyOf = (...said: (object | object[])[]): Fact[] => {
  const joins = ['ada-phone', 'ada-computer', 'ben-phone', 'cleo-phone'].map((device) => ({
    kind: 'joins',
    device,
    account: device.split('-')[0],
  }));
  return [...joins, ...said.flat()].map((fact, at) => Fact.parse({ at, ...fact }));
};
const starts = (device: string) => ({ kind: 'starts', device });
const closes = (device: string) => ({ kind: 'closes', device });
const writerOf = (id: string) => id.split('#')[0] ?? '';
const sends = (id: string, ...to: string[]) => ({ kind: 'sends', device: writerOf(id), id, digest: `text ${id}`, to });
const accepted = (id: string) => ({ kind: 'accepted', device: writerOf(id), id });
const delivered = (device: string, id: string, otherwise: object = {}) => {
  const usual = { kind: 'delivered', device, id, digest: `text ${id}`, from: writerOf(id) };
  return { ...usual, ...otherwise };
};
const one = 'ada-phone#1';
const two = 'ada-phone#2';

const right = { lost: 0, duplicated: 0, reordered: 0, foreign: 0, interrupted: 0, violations: [] };
/** What the only violation is, by the facts that show it. */
const shown = (history: Fact[]) => {
  const { violations } = judge(history);
  expect(violations).toHaveLength(1);
  return violations[0]?.facts.map(({ kind, device }) => `${device} ${kind}`);
};

test('a history in which all that is accepted arrives in order at all devices is right', () => {
  const history = historyOf(
    [starts('ben-phone'), sends(one, 'ben'), sends(two, 'ben', 'cleo'), accepted(one), accepted(two)],
    [delivered('ben-phone', one), delivered('ada-computer', one), delivered('ben-phone', two)],
    [delivered('cleo-phone', two), delivered('ada-computer', two), closes('ben-phone')],
  );
  expect(judge(history)).toEqual({ ...right, accepted: 2, delivered: 2 });
});

test('what was never accepted may arrive, or not, or at some', () => {
  const history = historyOf(
    [sends(one, 'ben'), sends(two, 'ben'), sends('ada-phone#3', 'ben')],
    [delivered('ben-phone', one), delivered('ada-computer', one), delivered('ben-phone', two)],
  );
  expect(judge(history)).toEqual({ ...right, accepted: 0, delivered: 1 });
});

describe('lost', () => {
  test('an accepted message that an account written to does not get', () => {
    const history = historyOf(sends(one, 'ben'), accepted(one), delivered('ada-computer', one));
    expect(judge(history)).toMatchObject({
      accepted: 1,
      delivered: 0,
      lost: 1,
      duplicated: 0,
      reordered: 0,
      foreign: 0,
    });
    expect(shown(history)).toEqual(['ben-phone joins', 'ada-phone sends', 'ada-phone accepted']);
  });

  test('an accepted message that the sender’s other device does not get', () => {
    const history = historyOf(
      [sends(one, 'ben'), sends(two, 'ben'), accepted(one), accepted(two), delivered('ben-phone', one)],
      [delivered('ada-computer', one), delivered('ben-phone', two)],
    );
    expect(judge(history)).toMatchObject({ accepted: 2, delivered: 1, lost: 1 });
    expect(shown(history)).toEqual(['ada-computer joins', 'ada-phone sends', 'ada-phone accepted']);
  });
});

describe('duplicated', () => {
  const whole = [
    sends(one, 'cleo'),
    sends(two, 'cleo'),
    delivered('ada-computer', one),
    delivered('ada-computer', two),
  ];

  test('twice in one run', () => {
    const history = historyOf(whole, delivered('cleo-phone', one), delivered('cleo-phone', one));
    expect(judge(history)).toMatchObject({ lost: 0, duplicated: 1, interrupted: 0, reordered: 0, foreign: 0 });
    expect(shown(history)).toEqual(['cleo-phone delivered', 'cleo-phone delivered']);
  });

  test('again in the run after a kill, when another came between', () => {
    const history = historyOf(
      [...whole, starts('cleo-phone'), delivered('cleo-phone', one), delivered('cleo-phone', two)],
      [starts('cleo-phone'), delivered('cleo-phone', one)],
    );
    expect(judge(history)).toMatchObject({ duplicated: 1, interrupted: 0 });
    expect(shown(history)).toEqual(['cleo-phone delivered', 'cleo-phone delivered', 'cleo-phone delivered']);
  });

  test('again in the run after a regular end', () => {
    const history = historyOf(
      [...whole, starts('cleo-phone'), delivered('cleo-phone', one), closes('cleo-phone')],
      [starts('cleo-phone'), delivered('cleo-phone', one)],
    );
    expect(judge(history)).toMatchObject({ duplicated: 1, interrupted: 0 });
    expect(shown(history)).toEqual(['cleo-phone delivered', 'cleo-phone closes', 'cleo-phone delivered']);
  });

  test('again after a kill, but only after another one of its sender', () => {
    const history = historyOf(
      [...whole, starts('cleo-phone'), delivered('cleo-phone', one), starts('cleo-phone')],
      [delivered('cleo-phone', two), delivered('cleo-phone', one)],
    );
    expect(judge(history)).toMatchObject({ duplicated: 1, interrupted: 0, reordered: 0 });
  });

  test('not what an application was killed at work on, as often as it is', () => {
    const again = [starts('cleo-phone'), delivered('cleo-phone', one)];
    const history = historyOf(whole, again, again, again, delivered('cleo-phone', two));
    expect(judge(history)).toEqual({ ...right, accepted: 0, delivered: 2, interrupted: 2 });
  });
});

describe('reordered', () => {
  test('a message after one that the same device sent later', () => {
    const history = historyOf(
      [sends(one, 'cleo'), sends('ben-phone#1', 'cleo'), sends(two, 'cleo')],
      [delivered('cleo-phone', two), delivered('cleo-phone', 'ben-phone#1'), delivered('cleo-phone', one)],
    );
    expect(judge(history)).toMatchObject({ lost: 0, duplicated: 0, reordered: 1, foreign: 0 });
    expect(shown(history)).toEqual([
      'ada-phone sends',
      'ada-phone sends',
      'cleo-phone delivered',
      'cleo-phone delivered',
    ]);
  });

  test('not what different devices have sent, nor what different devices get', () => {
    const history = historyOf(
      [sends(one, 'cleo'), sends('ben-phone#1', 'cleo'), sends(two, 'cleo')],
      [delivered('cleo-phone', 'ben-phone#1'), delivered('cleo-phone', one), delivered('cleo-phone', two)],
      [delivered('ada-computer', one), delivered('ada-computer', two)],
    );
    expect(judge(history)).toMatchObject(right);
  });
});

describe('foreign', () => {
  test.each([
    ['a message for others', delivered('cleo-phone', one), /^cleo-phone got ada-phone#1, which was for ben$/],
    ['one’s own', delivered('ada-phone', one), /which was for ben$/],
    ['what nobody has written', delivered('ben-phone', 'ada-phone#7'), /which nobody has written$/],
    ['another text', delivered('ben-phone', one, { digest: 'other' }), /whose text is not the one that was written$/],
    ['another name', delivered('ben-phone', one, { from: 'cleo-phone' }), /as a message of cleo-phone$/],
  ])('%s', (_, fact, what) => {
    const { foreign, duplicated, reordered, violations } = judge(historyOf(sends(one, 'ben'), fact));
    expect({ foreign, duplicated, reordered }).toEqual({ foreign: 1, duplicated: 0, reordered: 0 });
    expect(violations).toEqual([expect.objectContaining({ kind: 'foreign', what: expect.stringMatching(what) })]);
    expect(violations[0]?.facts.at(-1)).toMatchObject(fact);
  });
});

test('of several violations the shortest comes first', () => {
  const history = historyOf([
    sends(one, 'ben'),
    sends(two, 'ben'),
    accepted(one),
    delivered('cleo-phone', two),
    delivered('cleo-phone', two),
  ]);
  const lengths = judge(history).violations.map(({ facts }) => facts.length);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(judge(history)).toMatchObject({ lost: 1, duplicated: 1, foreign: 2 });
});

test('the judge shares no code with the messenger', async () => {
  const files = await Array.fromAsync(glob('test/fault/history/judge/*.ts'));
  const sources = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const imports = sources.flatMap((source) => [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from));
  expect(files.length).toBeGreaterThan(5);
  expect(imports.filter((from) => !/^(\.\/[\w-]+\.ts|zod\/mini)$/.test(from ?? ''))).toEqual([]);
});
