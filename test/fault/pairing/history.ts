import { setTimeout as delay } from 'node:timers/promises';
import { checkAftermath } from './aftermath.ts';
import { createComputer, type Computer } from './computer.ts';
import { drawFor } from '../draw.ts';
import { gather } from './evidence.ts';
import { startFaults } from './faults.ts';
import { checkInvariants, countLinked } from './invariants.ts';
import { createJournal, type Journal } from './journal.ts';
import type { Lane } from './lane.ts';
import { createParty } from './party.ts';
import { link } from './phone-actions.ts';
import { planOf, type Which } from './plan.ts';
import type { Place, Scene } from './scene.ts';
import { createStranger } from './stranger.ts';

export type Played = { linked: number; journal: Journal; steps: number };

/** Milliseconds between which what happens at the same time begins. */
const spread = 25;

const createScene = async (place: Place, count: number): Promise<Scene> => {
  const computers: Computer[] = Array.from({ length: count }, (_, i) => createComputer(place, i + 1));
  const parties = [await createParty(place, 'Ada'), await createParty(place, 'Ben')] as const;
  return { ...place, parties, computers, stranger: createStranger(place) };
};

/** Plays a history, or its first steps, while things go wrong, and then judges it when nothing does. */
export const playHistory = async (lane: Lane, which: Which, first = Infinity): Promise<Played> => {
  const { cloud, directory, advance } = lane;
  const { seed, number } = which;
  const plan = planOf(which);
  const journal = createJournal();
  const now = cloud.clock.now;
  const place = { endpoint: cloud.endpoint, host: new URL(cloud.endpoint).host, now, advance, journal };
  const scene = await createScene(place, plan.computers);
  const drawn = (...key: (string | number)[]) => drawFor(seed, number, ...key);
  if (plan.linked) await link(scene, drawn('before'));

  lane.tellDisconnects(true);
  const faults = startFaults(cloud, [seed, number, 'faults']);
  const chosen = plan.steps.slice(0, first);
  for (const [step, acts] of chosen.entries()) {
    journal.begin(step + 1);
    await Promise.all(
      acts.map(async ({ act }, i) => {
        const draw = drawn(step, i);
        await delay(draw.below(spread));
        await act(scene, draw);
      }),
    );
  }
  faults[Symbol.dispose]();
  lane.tellDisconnects(false);
  await lane.settled();

  journal.begin('after');
  const accounts = scene.parties.map(({ keys }) => keys.account);
  const evidence = await gather(directory, journal, { accounts, now: now() });
  // What is found out from here on is no part of the evidence.
  const judged = { ...evidence, asks: [...evidence.asks], heard: [...evidence.heard] };
  for (const wrong of await checkInvariants(judged)) journal.violated(wrong);
  await checkAftermath(scene, judged);
  endAll(scene);
  return { linked: await countLinked(judged), journal, steps: chosen.length };
};

const endAll = ({ parties, computers, stranger }: Scene): void => {
  stranger.guest.die();
  for (const { handset, former, claimants, guest } of parties) {
    guest.die();
    for (const { actor } of [handset, ...former, ...claimants]) actor.die();
  }
  for (const { guest, linked } of computers) {
    guest.die();
    for (const { actor } of linked) actor.die();
  }
};
