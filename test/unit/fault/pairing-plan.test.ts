import { expect, test } from 'vitest';
import { actions, deletion } from '../../fault/pairing/actions.ts';
import { type Plan, planOf } from '../../fault/pairing/plan.ts';

const numbers = Array.from({ length: 200 }, (_, i) => i + 1);
const namesOf = ({ steps }: Plan) => steps.map((acts) => acts.map(({ name }) => name));
const plans = numbers.map((number) => planOf({ seed: 7, number }));

test('a history’s plan follows from its seed and its number', () => {
  const again = numbers.toReversed().map((number) => planOf({ seed: 7, number }));
  expect(again.toReversed().map(namesOf)).toEqual(plans.map(namesOf));
  expect(namesOf(planOf({ seed: 8, number: 1 }))).not.toEqual(namesOf(planOf({ seed: 7, number: 1 })));
});

test('it has 6 to 16 steps of one to three actions, and may end with a deletion', () => {
  const lengths = plans.map(({ steps }) => steps.length);
  expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([6, 16]);
  const sizes = plans.flatMap(({ steps }) => steps.map((acts) => acts.filter((act) => act !== deletion).length));
  expect(new Set(sizes)).toEqual(new Set([1, 2, 3]));
  const deleted = plans.filter(({ steps }) => steps.some((acts) => acts.includes(deletion)));
  expect(deleted.length).toBeGreaterThan(0);
  expect(deleted.every(({ steps }) => steps.at(-1)?.includes(deletion))).toBe(true);
});

test('in many histories everything happens', () => {
  const happened = new Set(plans.flatMap(namesOf).flat());
  expect(happened).toEqual(new Set([...actions, deletion].map(({ name }) => name)));
});
