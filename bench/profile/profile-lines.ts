import type { SendProfile } from './measure-send.ts';

/** What our own code may take. */
const most = 20;

export const profileLines = ({ own, places }: Pick<SendProfile, 'own' | 'places'>): string[][] => [
  ['of the processor time of a warm send', '%', 'at most'],
  ['our own code, functions/ and protocol/', own.toFixed(1), String(most)],
  ...places.map(({ place, percent }) => [`by caller: ${place}`, percent.toFixed(1), '']),
];
