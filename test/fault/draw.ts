import { randomStream } from '../../local/faults/random.ts';

/** Choices from one stream of numbers, the same on every machine. */
export type Draw = {
  chance: (likelihood: number) => boolean;
  /** A whole number from 0 up to but not including `count`. */
  below: (count: number) => number;
  /** Nothing of nothing. */
  oneOf: <T>(values: readonly T[]) => T | undefined;
  weighted: <T extends { weight: number }>(choices: readonly [T, ...T[]]) => T;
};

/** The choices that belong to a key: those of another key know nothing of them. */
export const drawFor = (...key: readonly (string | number)[]): Draw => {
  const random = randomStream(...key);
  const below = (count: number) => Math.floor(random() * count);
  return {
    chance: (likelihood) => random() < likelihood,
    below,
    oneOf: (values) => values[below(values.length)],
    weighted: (choices) => {
      let left = random() * choices.reduce((sum, { weight }) => sum + weight, 0);
      return choices.find(({ weight }) => (left -= weight) < 0) ?? choices[0];
    },
  };
};
