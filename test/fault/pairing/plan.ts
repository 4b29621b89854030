import { type Action, actions, deletion } from './actions.ts';
import { drawFor } from '../draw.ts';

/** Which history: its choices follow from these two, whatever else is played. */
export type Which = { seed: number; number: number };

/** What happens in a history: step by step, what each consists of happening at the same time. */
export type Plan = { computers: number; linked: boolean; steps: Action[][] };

const steps = { least: 6, most: 16 };
const together = 3;

/** Drawn before anything happens, so that nothing that happens changes it. */
export const planOf = ({ seed, number }: Which): Plan => {
  const draw = drawFor(seed, number, 'plan');
  const count = steps.least + draw.below(steps.most - steps.least + 1);
  const [computers, linked, deleted] = [1 + draw.below(2), draw.chance(0.4), draw.chance(0.2)];
  const planned = Array.from({ length: count }, () =>
    Array.from({ length: 1 + draw.below(together) }, () => draw.weighted(actions)),
  );
  if (deleted) planned.at(-1)?.push(deletion);
  return { computers, linked, steps: planned };
};
