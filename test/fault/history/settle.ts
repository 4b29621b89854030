import { setTimeout as delay } from 'node:timers/promises';
import { findLost } from './judge/lost.ts';
import { readPeople } from './judge/people.ts';
import type { Log } from './log.ts';
import { letPass, noticing, type Scene } from './nemesis.ts';

/**
 * Milliseconds in which nothing is said any more, before time passes once more; after the last of them, what is missing
 * counts as lost. Ever more: whoever is connecting as time passes has to begin anew, on a busy machine again and again.
 */
const stillness = [1000, 2000, 4000, 8000, 16_000, 16_000, 16_000] as const;

const untilStill = async ({ facts }: Log, milliseconds: number): Promise<void> => {
  for (let count = -1; count !== facts.length; ) {
    count = facts.length;
    await delay(milliseconds);
  }
};

const isWhole = ({ facts }: Log): boolean => findLost(facts, readPeople(facts)).lost.length === 0;

/**
 * Lets everything that is accepted arrive, now that nothing goes wrong; then lets pass the time in which something
 * could come again: the deadline of what was delivered, and the one of what is then delivered once more.
 */
export const settle = async (scene: Scene, log: Log): Promise<void> => {
  for (const device of scene.devices) device.order({ kind: 'be silent' });
  for (const milliseconds of stillness) {
    await untilStill(log, milliseconds);
    if (isWhole(log)) break;
    await letPass(scene, noticing);
  }
  await letPass(scene, noticing);
  await untilStill(log, stillness[0]);
  await letPass(scene, noticing);
  await untilStill(log, stillness[0]);
};
